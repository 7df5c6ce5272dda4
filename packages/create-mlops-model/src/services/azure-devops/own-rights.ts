import type { Connect } from './session.ts';

/** A right that a team's member needs in daily work. */
export type OwnRight = 'read' | 'push' | 'create-branch' | 'pull-request' | 'queue-builds';

/** Which rights the caller has, by role, group or entry alike. */
export interface OwnRights {
  /** Those of the caller on one repository and on the project's pipelines. */
  list(repositoryId: string): Promise<readonly OwnRight[]>;
}

const GIT_REPOSITORIES = '2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87';
const BUILD = '33344d9c-fc72-4d6f-aba5-fa317101a7e9';

/** Bits of the security namespaces (learn.microsoft.com, "Security namespace and permission reference"). */
const BITS: readonly { readonly right: OwnRight; readonly namespace: string; readonly bit: number }[] = [
  { right: 'read', namespace: GIT_REPOSITORIES, bit: 2 },
  { right: 'push', namespace: GIT_REPOSITORIES, bit: 4 },
  { right: 'create-branch', namespace: GIT_REPOSITORIES, bit: 16 },
  { right: 'pull-request', namespace: GIT_REPOSITORIES, bit: 16_384 },
  { right: 'queue-builds', namespace: BUILD, bit: 128 },
];

/** The real ones. */
export function makeOwnRights(connect: Connect): OwnRights {
  return {
    async list(repositoryId) {
      const { project, rest } = await connect();
      const evaluations = BITS.map(({ namespace, bit }) => ({
        securityNamespaceId: namespace,
        token: namespace === BUILD ? project.id : `repoV2/${project.id}/${repositoryId}`,
        permissions: bit,
      }));
      // A POST that only asks: one request for all of them.
      const { body } = await rest.call<{ readonly evaluations?: readonly { readonly value?: boolean }[] }>({
        method: 'POST',
        url: '_apis/security/permissionevaluationbatch',
        version: '7.1',
        body: { alwaysAllowAdministrators: false, evaluations },
        repeatable: true,
      });
      return BITS.flatMap(({ right }, index) => (body.evaluations?.[index]?.value === true ? [right] : []));
    },
  };
}
