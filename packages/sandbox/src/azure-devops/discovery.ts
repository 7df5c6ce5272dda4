import { toGuid } from '../identities.ts';
import { type Answer, type Call, type Handlers, list, ok } from './call.ts';
import { ServiceError } from './errors.ts';
import { toDescriptor, toSubjectDescriptor } from './people.ts';

/** Areas of the service, and the identifiers under which clients ask where they are. */
const AREAS: readonly (readonly [string, string])[] = [
  ['core', '79134c72-4a58-4b42-976c-04e7115f32bf'],
  ['git', '4e080c62-fa21-4fbc-8fef-2a10a2b38049'],
  ['build', '965220d5-5bb9-42cf-8d67-9b146df2a5a4'],
  ['build', '5d6898bb-45ec-463f-95f9-54d49c71752e'],
  ['wit', '5264459e-e5e0-4bd8-b118-0985e68a4ec5'],
  ['pipelines', '2e0bf237-8973-4ec9-a581-9c3d679d1776'],
  ['policy', 'fb13a388-40dd-4a04-b530-013a739c72ef'],
  ['serviceendpoint', '1814ab31-2f4f-4a9f-8761-f4d77dc5a5d7'],
  ['distributedtask', 'a85b8835-c1a1-4aac-ae97-1c3d0ba72dbd'],
  ['pipelinePermissions', 'a81a0441-de52-4000-aa15-ff0e07bfbbaa'],
  ['PipelinesChecks', '4a933897-0488-45af-bd82-6fd3ad33f46a'],
  ['approval', '5b55a9b6-2e0f-40d7-829d-3741d2b8c4e4'],
  ['environments', '0a833654-df2a-437e-8253-fe6b63b82035'],
  ['Graph', 'bb1e7ec9-e901-4b68-999a-de7012b920f8'],
  ['IMS', '8a3d49b8-91f0-46ef-b33d-dda338c25db3'],
  ['MemberEntitlementManagement', '68ddce18-2501-45f1-a17b-7931a9922690'],
  ['release', 'efc2f575-36ef-48e9-b672-0c6fb4a48ac5'],
  ['wiki', 'bf7d82a0-8aa5-4613-94ef-6172a5ea01f3'],
  ['work', '1d4f49f9-02b9-4e26-b826-2cdb6195f2a9'],
  ['Test', 'c2aa639c-3ccc-4740-b3b6-ce2a1e1d984e'],
];

/** Everything is served from one address, so each area lies at the organisation's own URL. */
function resourceAreas(call: Call): Answer {
  // An on-premises server knows no areas at all: clients then use the base URL.
  if (call.world.store.data.settings.resourceAreas === 'server') return ok({ count: 0, value: null });
  const areas = AREAS.map(([name, id]) => ({ id, name, locationUrl: `${call.base}/` }));
  const wanted = call.params.areaId?.toLowerCase();
  if (wanted === undefined) return list(areas);
  const area = areas.find(({ id }) => id === wanted);
  if (area) return ok(area);
  throw new ServiceError(404, 'VssServiceException', `VS800075: The resource area with id '${wanted}' does not exist.`);
}

function connectionData(call: Call): Answer {
  const { identity, organization, base } = call;
  const user = {
    id: identity.id,
    descriptor: toDescriptor(identity),
    subjectDescriptor: toSubjectDescriptor(identity),
    providerDisplayName: identity.displayName,
    isActive: true,
    properties: { Account: { $type: 'System.String', $value: identity.account } },
    resourceVersion: 2,
    metaTypeId: 0,
  };
  return ok({
    authenticatedUser: user,
    authorizedUser: user,
    instanceId: organization.id,
    deploymentId: toGuid('deployment'),
    deploymentType: call.world.store.data.settings.resourceAreas === 'server' ? 'onPremises' : 'hosted',
    locationServiceData: {
      serviceOwner: '00025394-6065-48ca-87d9-7f5672854ef7',
      defaultAccessMappingMoniker: 'PublicAccessMapping',
      lastChangeId: 1,
      lastChangeId64: 1,
      accessMappings: [
        {
          displayName: 'Public Access Mapping',
          moniker: 'PublicAccessMapping',
          accessPoint: `${base}/`,
          serviceOwner: '00025394-6065-48ca-87d9-7f5672854ef7',
          virtualDirectory: '',
        },
      ],
    },
  });
}

/** Where things are, and who is asking. */
export const discoveryHandlers: Handlers = {
  resourceAreas: { GET: resourceAreas },
  connectionData: { GET: connectionData },
};
