import type { PolicyConfiguration } from 'azure-devops-node-api/interfaces/PolicyInterfaces.js';
import type { Connect, Session } from './session.ts';

/** What a branch demands of a pull request. */
export type PolicySpec =
  | {
      readonly kind: 'build';
      readonly definitionId: number;
      readonly displayName: string;
      /** Absolute, `*` crosses folders. */
      readonly paths: readonly string[];
    }
  | { readonly kind: 'reviewers'; readonly count: number }
  | { readonly kind: 'merge'; readonly squashOnly: true };

/** A policy as it is; `undefined` fields were set to something this model does not speak of. */
export interface Policy {
  readonly id: number;
  readonly enabled: boolean;
  readonly blocking: boolean;
  readonly kind: PolicySpec['kind'];
  /** Settings that we set, in the words of `toSettings`, with the service's omissions filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Branch policies. The server keeps several of a kind without complaint. */
export interface Policies {
  /** Those that hang on exactly this repository and branch, oldest first; not the project's. */
  list(repositoryId: string, branch: string): Promise<readonly Policy[]>;
  create(repositoryId: string, branch: string, spec: PolicySpec): Promise<Policy>;
  update(id: number, repositoryId: string, branch: string, spec: PolicySpec): Promise<Policy>;
  remove(id: number): Promise<void>;
}

/** Types of policy; reviewers and merge differ in one group only. */
const TYPES = {
  build: '0609b952-1397-4640-95ec-e00a01b2c241',
  reviewers: 'fa4e907d-c16b-4a4c-9dfa-4906e5d171dd',
  merge: 'fa4e907d-c16b-4a4c-9dfa-4916e5d171ab',
} as const;

/** The settings of a spec, as the service takes them (without the scope). */
export function toSettings(spec: PolicySpec): Readonly<Record<string, unknown>> {
  switch (spec.kind) {
    case 'build':
      return {
        buildDefinitionId: spec.definitionId,
        displayName: spec.displayName,
        manualQueueOnly: false,
        // Expires 12 hours after main has moved: the portal's own default.
        queueOnSourceUpdateOnly: true,
        validDuration: 720,
        filenamePatterns: spec.paths,
      };
    case 'reviewers':
      return {
        minimumApproverCount: spec.count,
        creatorVoteCounts: false,
        allowDownvotes: false,
        resetOnSourcePush: true,
      };
    case 'merge':
      return { allowSquash: true, allowNoFastForward: false, allowRebase: false, allowRebaseMerge: false };
  }
}

/** The real ones. */
export function makePolicies(connect: Connect): Policies {
  return {
    async list(repositoryId, branch) {
      const session = await connect();
      const found = await listAll(session, repositoryId, branch);
      return found.flatMap((each) => toPolicies(each, repositoryId, branch)).sort((a, b) => a.id - b.id);
    },
    async create(repositoryId, branch, spec) {
      const { clients, project } = await connect();
      const body = toBody(repositoryId, branch, spec);
      return toPolicy(await clients.policy.createPolicyConfiguration(body, project.id), spec.kind);
    },
    async update(id, repositoryId, branch, spec) {
      const { clients, project } = await connect();
      const body = { id, ...toBody(repositoryId, branch, spec) };
      return toPolicy(await clients.policy.updatePolicyConfiguration(body, project.id, id), spec.kind);
    },
    async remove(id) {
      const { clients, project } = await connect();
      await clients.policy.deletePolicyConfiguration(project.id, id);
    },
  };
}

interface Page {
  readonly value?: readonly PolicyConfiguration[];
}

async function listAll(
  session: Session,
  repositoryId: string,
  branch: string,
): Promise<readonly PolicyConfiguration[]> {
  const base = `${encodeURIComponent(session.project.name)}/_apis/git/policy/configurations`;
  const query = `?repositoryId=${repositoryId}&refName=${encodeURIComponent(`refs/heads/${branch}`)}`;
  const found: PolicyConfiguration[] = [];
  let next: string | undefined;
  do {
    const page = next === undefined ? '' : `&continuationToken=${encodeURIComponent(next)}`;
    const answer = await session.rest.call<Page>({
      method: 'GET',
      url: `${base}${query}${page}`,
      version: '7.1-preview.1',
    });
    found.push(...(answer.body.value ?? []));
    next = answer.headers['x-ms-continuationtoken'] || undefined;
  } while (next !== undefined);
  return found;
}

function toBody(repositoryId: string, branch: string, spec: PolicySpec): PolicyConfiguration {
  const scope = [{ repositoryId, refName: `refs/heads/${branch}`, matchKind: 'exact' }];
  return {
    isEnabled: true,
    isBlocking: true,
    type: { id: TYPES[spec.kind] },
    settings: { ...toSettings(spec), scope },
  };
}

interface Scope {
  readonly repositoryId?: string | null;
  readonly refName?: string | null;
  readonly matchKind?: string;
}

function toPolicies(answer: PolicyConfiguration, repositoryId: string, branch: string): readonly Policy[] {
  const kind = (['build', 'reviewers', 'merge'] as const).find(
    (each) => TYPES[each] === answer.type?.id?.toLowerCase(),
  );
  const scopes = (answer.settings?.scope ?? []) as readonly Scope[];
  const [scope] = scopes;
  const isHere =
    scopes.length === 1 &&
    scope?.repositoryId === repositoryId &&
    scope.refName === `refs/heads/${branch}` &&
    scope.matchKind?.toLowerCase() === 'exact';
  return kind && isHere && !answer.isDeleted ? [toPolicy(answer, kind)] : [];
}

function toPolicy(answer: PolicyConfiguration, kind: Policy['kind']): Policy {
  const { scope: _, ...settings } = (answer.settings ?? {}) as Record<string, unknown>;
  return {
    id: answer.id ?? 0,
    enabled: answer.isEnabled ?? false,
    blocking: answer.isBlocking ?? false,
    kind,
    settings,
  };
}
