import { orMissing } from '../service-error.ts';
import type { Connect, Session } from './session.ts';

/** A person, a group or a service as Azure DevOps knows it. */
export interface Identity {
  readonly id: string;
  /** What access entries are keyed by. */
  readonly descriptor: string;
  readonly displayName: string;
}

/** Identities and their rights on a repository. */
export interface Access {
  /** By e-mail address, account or display name. */
  findIdentity(name: string): Promise<Identity | undefined>;
  /** Whom the project's pipelines act as. The service makes it when the project's first pipeline runs. */
  findBuildIdentity(): Promise<Identity | undefined>;
  /** Whether this identity itself (not by a group) may contribute to pull requests. */
  mayContribute(repositoryId: string, descriptor: string): Promise<boolean>;
  /** Grants or takes back that one right; other rights stay. */
  setContribute(repositoryId: string, descriptor: string, allowed: boolean): Promise<void>;
}

/** Security namespace "Git Repositories" and its bit PullRequestContribute. */
const GIT_REPOSITORIES = '2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87';
const PULL_REQUEST_CONTRIBUTE = 16_384;
const VERSION = '7.1';

interface Found {
  readonly id: string;
  readonly descriptor: string;
  readonly providerDisplayName?: string;
  readonly customDisplayName?: string;
  readonly properties?: Readonly<Record<string, { readonly $value?: unknown }>>;
}

interface Ace {
  readonly descriptor: string;
  readonly allow?: number;
  readonly deny?: number;
}

/** The real one. */
export function makeAccess(connect: Connect): Access {
  return {
    findIdentity: async (name) => findIdentity(await connect(), name),
    findBuildIdentity: async () => findBuildIdentity(await connect()),
    async mayContribute(repositoryId, descriptor) {
      const ace = await findAce(await connect(), repositoryId, descriptor);
      return ((ace?.allow ?? 0) & PULL_REQUEST_CONTRIBUTE) !== 0;
    },
    async setContribute(repositoryId, descriptor, allowed) {
      const session = await connect();
      const token = toToken(session, repositoryId);
      const ace = allowed ? undefined : await findAce(session, repositoryId, descriptor);
      // Merging only adds; taking away replaces the entry by what else it held.
      const allow = allowed ? PULL_REQUEST_CONTRIBUTE : (ace?.allow ?? 0) & ~PULL_REQUEST_CONTRIBUTE;
      const entry = { descriptor, allow, deny: ace?.deny ?? 0 };
      const body = { token, merge: allowed, accessControlEntries: [entry] };
      const url = `_apis/accesscontrolentries/${GIT_REPOSITORIES}`;
      await session.rest.call({ method: 'POST', url, version: VERSION, body, repeatable: true });
    },
  };
}

async function findIdentity(session: Session, name: string): Promise<Identity | undefined> {
  const found = await query(session, `searchFilter=General&filterValue=${encodeURIComponent(name)}`);
  const same = (text: unknown) => typeof text === 'string' && text.toLowerCase() === name.toLowerCase();
  const exact = found.find(
    (each) =>
      same(each.providerDisplayName) || same(each.properties?.Account?.$value) || same(each.properties?.Mail?.$value),
  );
  const only = exact ?? (found.length === 1 ? found[0] : undefined);
  return only && toIdentity(only);
}

async function findBuildIdentity(session: Session): Promise<Identity | undefined> {
  const descriptor = `Microsoft.TeamFoundation.ServiceIdentity;${session.instanceId}:Build:${session.project.id}`;
  const found = await query(session, `descriptors=${encodeURIComponent(descriptor)}`);
  return found[0] && toIdentity(found[0]);
}

async function query(session: Session, filter: string): Promise<readonly Found[]> {
  const url = `${session.identitiesUrl}/_apis/identities?${filter}&queryMembership=None`;
  const answer = await orMissing(
    session.rest.call<{ value?: readonly (Found | null)[] }>({ method: 'GET', url, version: VERSION }),
  );
  // An unknown descriptor comes back as null in its place.
  return (answer?.body.value ?? []).filter((each): each is Found => each?.id !== undefined);
}

async function findAce(session: Session, repositoryId: string, descriptor: string): Promise<Ace | undefined> {
  const token = encodeURIComponent(toToken(session, repositoryId));
  const url = `_apis/accesscontrollists/${GIT_REPOSITORIES}?token=${token}&descriptors=${encodeURIComponent(descriptor)}`;
  const call = { method: 'GET', url, version: VERSION } as const;
  const { body } = await session.rest.call<{ value?: readonly { acesDictionary?: Readonly<Record<string, Ace>> }[] }>(
    call,
  );
  const aces = (body.value ?? []).flatMap((list) => Object.values(list.acesDictionary ?? {}));
  return aces.find((ace) => ace.descriptor.toLowerCase() === descriptor.toLowerCase());
}

function toToken(session: Session, repositoryId: string): string {
  return `repoV2/${session.project.id}/${repositoryId}`;
}

function toIdentity(found: Found): Identity {
  return {
    id: found.id,
    descriptor: found.descriptor,
    displayName: found.providerDisplayName ?? found.customDisplayName ?? '',
  };
}
