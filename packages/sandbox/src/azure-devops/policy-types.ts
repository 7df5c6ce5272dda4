import { isObject } from './call.ts';
import type { Json } from './state.ts';

/** A kind of policy. */
export interface PolicyType {
  readonly id: string;
  readonly displayName: string;
}

function type(id: string, displayName: string): PolicyType {
  return { id, displayName };
}

/** Identifiers of the kinds of policies. */
export const POLICY = {
  build: '0609b952-1397-4640-95ec-e00a01b2c241',
  minimumReviewers: 'fa4e907d-c16b-4a4c-9dfa-4906e5d171dd',
  comments: 'c6a1889d-b943-4856-b76f-9e46bb6b0df2',
  workItems: '40e92b44-2fe1-4dd6-b3d8-74a9c21d0c6e',
  mergeStrategy: 'fa4e907d-c16b-4a4c-9dfa-4916e5d171ab',
  requiredReviewers: 'fd2167ab-b0be-447a-8ec8-39368250530e',
  status: 'cbdc66da-9728-4af8-aada-9a5a32e4a226',
} as const;

/** All kinds of branch policies. */
export const policyTypes: readonly PolicyType[] = [
  type(POLICY.build, 'Build'),
  type(POLICY.minimumReviewers, 'Minimum number of reviewers'),
  type(POLICY.comments, 'Comment requirements'),
  type(POLICY.workItems, 'Work item linking'),
  type(POLICY.mergeStrategy, 'Require a merge strategy'),
  type(POLICY.requiredReviewers, 'Required reviewers'),
  type(POLICY.status, 'Status'),
];

/** A kind of policy by its identifier. */
export function findPolicyType(id: string): PolicyType | undefined {
  return policyTypes.find((candidate) => candidate.id === id);
}

const MATCH_KINDS: Readonly<Record<string, string>> = {
  exact: 'Exact',
  prefix: 'Prefix',
  defaultbranch: 'DefaultBranch',
};

const NUMBERS = new Set(['buildDefinitionId', 'validDuration', 'minimumApproverCount']);

/** Settings as the service gives them back: `false` is left out, `exact` becomes `Exact`, text becomes what it means. */
export function normalizeSettings(settings: Json): Json {
  const entries = Object.entries(settings)
    .map(([key, value]): [string, unknown] => [key, toTyped(key, value)])
    .filter(([, value]) => value !== undefined && value !== null && value !== false);
  return Object.fromEntries(entries);
}

/** `az` sends numbers and switches as text. */
function toTyped(key: string, value: unknown): unknown {
  if (key === 'scope' && Array.isArray(value)) return value.filter(isObject).map(toScope);
  if (typeof value !== 'string') return value;
  if (NUMBERS.has(key) && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value);
  return /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : value;
}

function toScope(scope: Json): Json {
  const kind = String(scope.matchKind ?? 'exact').toLowerCase();
  return {
    ...(scope.refName === undefined ? {} : { refName: scope.refName }),
    matchKind: MATCH_KINDS[kind] ?? 'Exact',
    repositoryId: typeof scope.repositoryId === 'string' ? scope.repositoryId.toLowerCase() : null,
  };
}
