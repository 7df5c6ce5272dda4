import { UserError } from '@create-mlops-model/core';
import { isMissing, orMissing, ServiceError } from '../service-error.ts';
import { type AreaAddress, type Clients, loadClasses, makeClients } from './clients.ts';
import type { Rest } from './rest.ts';

/** Who the service says we are. */
export interface SignedInUser {
  readonly id: string;
  readonly displayName: string;
  /** Sign-in name, mostly an e-mail address; empty where the service does not say. */
  readonly account: string;
}

/** A project of the organisation. */
export interface Project {
  readonly id: string;
  readonly name: string;
}

/** Everything that every later call needs; discovery takes two requests one after another. */
export interface Session {
  readonly user: SignedInUser;
  readonly project: Project;
  readonly clients: Clients;
  readonly rest: Rest;
  /** Id of the organisation's host, part of build identities' descriptors. */
  readonly instanceId: string;
  /** Where identities are looked up; another host than the rest on Azure DevOps Services. */
  readonly identitiesUrl: string;
}

/** Calls that share one session; discovery runs once, at the first call. */
export type Connect = () => Promise<Session>;

interface ConnectionData {
  readonly authenticatedUser?: {
    readonly id?: string;
    readonly descriptor?: string;
    readonly providerDisplayName?: string;
    readonly properties?: { readonly Account?: { readonly $value?: string } };
  };
  readonly instanceId?: string;
}

interface ResourceAreas {
  readonly value: readonly { readonly id: string; readonly locationUrl: string }[] | null;
}

/** Identities (IMS) in the list of resource areas. */
const IDENTITIES_AREA = '8a3d49b8-91f0-46ef-b33d-dda338c25db3';

/** Proves who we are, finds the areas' addresses, then the project and all locations at once. */
export async function openSession(rest: Rest, organizationUrl: string, projectName: string): Promise<Session> {
  const [data, areas, classes] = await Promise.all([
    proveIdentity(rest, organizationUrl),
    findAreas(rest),
    loadClasses(),
  ]);
  const addressOf = toAreaAddress(areas, organizationUrl);
  const [clients, project] = await Promise.all([
    makeClients(classes, rest, addressOf),
    getProject(rest, projectName, organizationUrl),
  ]);
  const user = data.authenticatedUser ?? {};
  return {
    user: {
      id: user.id ?? '',
      displayName: user.providerDisplayName ?? '',
      account: user.properties?.Account?.$value ?? '',
    },
    project,
    clients,
    rest,
    instanceId: data.instanceId ?? '',
    identitiesUrl: addressOf(IDENTITIES_AREA),
  };
}

async function proveIdentity(rest: Rest, organizationUrl: string): Promise<ConnectionData> {
  let data: ConnectionData | undefined;
  try {
    data = (await rest.call<ConnectionData>({ method: 'GET', url: '_apis/connectionData' })).body;
  } catch (error) {
    if (isMissing(error)) throw noOrganization(organizationUrl);
    throw error;
  }
  const user = data?.authenticatedUser;
  // A public organisation answers strangers too, as System:PublicAccess.
  if (!user?.id || user.descriptor?.startsWith('System:PublicAccess')) {
    throw new UserError(
      'not-signed-in',
      { en: `${organizationUrl} does not know who you are.`, fr: `${organizationUrl} ne sait pas qui vous êtes.` },
      {
        en: 'Run "az login", or set AZURE_DEVOPS_EXT_PAT.',
        fr: 'Lancez « az login », ou réglez AZURE_DEVOPS_EXT_PAT.',
      },
    );
  }
  return data;
}

/** Azure DevOps Server answers an empty list or 404: then everything lies below the one address. */
async function findAreas(rest: Rest): Promise<ResourceAreas | undefined> {
  const call = { method: 'GET', url: '_apis/ResourceAreas', version: '5.0-preview.1' } as const;
  return (await orMissing(rest.call<ResourceAreas>(call)))?.body;
}

function toAreaAddress(areas: ResourceAreas | undefined, organizationUrl: string): AreaAddress {
  const addresses = new Map((areas?.value ?? []).map((area) => [area.id.toLowerCase(), area.locationUrl]));
  return (id) => (addresses.get(id) ?? organizationUrl).replace(/\/+$/, '');
}

async function getProject(rest: Rest, name: string, organizationUrl: string): Promise<Project> {
  try {
    const url = `_apis/projects/${encodeURIComponent(name)}`;
    const { body } = await rest.call<Project>({ method: 'GET', url, version: '7.0' });
    return { id: body.id, name: body.name };
  } catch (error) {
    if (!(error instanceof ServiceError) || (error.status !== 404 && error.status !== 400)) throw error;
    throw new UserError(
      'failed',
      {
        en: `There is no project "${name}" in ${organizationUrl}, or you may not see it.`,
        fr: `Il n’y a pas de projet « ${name} » dans ${organizationUrl}, ou vous ne pouvez pas le voir.`,
      },
      {
        en: 'Correct devops.project in mlops.yaml, or ask the organisation’s administrator for the project.',
        fr: 'Corrigez devops.project dans mlops.yaml, ou demandez le projet à l’administration de l’organisation.',
      },
      { cause: error },
    );
  }
}

function noOrganization(organizationUrl: string): UserError {
  return new UserError(
    'unreachable',
    {
      en: `There is no Azure DevOps organisation at ${organizationUrl}.`,
      fr: `Il n’y a pas d’organisation Azure DevOps à ${organizationUrl}.`,
    },
    { en: 'Correct devops.organization in mlops.yaml.', fr: 'Corrigez devops.organization dans mlops.yaml.' },
  );
}
