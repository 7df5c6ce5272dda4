import { type Identity, toGuid } from '../identities.ts';
import type { Call } from './call.ts';
import type { Organization, Project } from './state.ts';
import { SERVICE_ID } from './triggers/triggers.ts';

/** Descriptor of a person in access entries. */
export function toDescriptor(identity: Identity): string {
  return `Microsoft.IdentityModel.Claims.ClaimsIdentity;${toGuid('tenant')}\\${identity.account}`;
}

/** Descriptor of a person in the graph. */
export function toSubjectDescriptor(identity: Identity): string {
  return `aad.${Buffer.from(identity.id).toString('base64url')}`;
}

/** Descriptor of the build identity of a project (or, with the organisation's own id, of the collection). */
export function toBuildDescriptor(organization: Organization, scopeId: string): string {
  return `Microsoft.TeamFoundation.ServiceIdentity;${organization.id}:Build:${scopeId}`;
}

/** `Fabrikam Build Service (contoso)`. */
export function toBuildIdentityName(organization: Organization, project: Project): string {
  return `${project.name} Build Service (${organization.name})`;
}

/** A person as objects refer to one: `createdBy`, `authoredBy`. */
export function toIdentityRef(call: Call, id: string): unknown {
  const identity = call.world.identities().find((candidate) => candidate.id === id);
  const displayName = identity?.displayName ?? (id === SERVICE_ID ? 'Microsoft.VisualStudio.Services.TFS' : id);
  return {
    displayName,
    url: `${call.base}/_apis/Identities/${id}`,
    _links: { avatar: { href: `${call.base}/_apis/GraphProfile/MemberAvatars/${id}` } },
    id,
    uniqueName: identity?.account ?? displayName,
    imageUrl: `${call.base}/_api/_common/identityImage?id=${id}`,
    descriptor: identity ? toSubjectDescriptor(identity) : `svc.${Buffer.from(id).toString('base64url')}`,
  };
}
