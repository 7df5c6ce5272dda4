import { findIdentity, type Identity } from '../identities.ts';
import { AUDIENCES } from '../sign-in/audiences.ts';
import type { Tokens } from '../sign-in/tokens.ts';
import type { ClusterUser } from './api/service.ts';

/** Who calls the cluster: a person with a token of their own, or an application with one of Entra's for clusters. */
export function findClusterUser(
  identities: readonly Identity[],
  tokens: Tokens,
  authorization: string | undefined,
): ClusterUser | undefined {
  const person = /^bearer /i.test(authorization ?? '') ? findIdentity(identities, authorization) : undefined;
  if (person) {
    const { account: name, role } = person;
    return { name, mayWrite: role !== 'reader', isAdministrator: role === 'administrator' };
  }
  const found = tokens.find(authorization, AUDIENCES.cluster);
  if (found?.kind !== 'valid' || found.subject.kind !== 'application') return undefined;
  return { name: found.subject.id, mayWrite: true, isAdministrator: false };
}
