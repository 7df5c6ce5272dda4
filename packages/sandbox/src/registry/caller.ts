import { findIdentity, type Identity } from '../identities.ts';
import { AUDIENCES } from '../sign-in/audiences.ts';
import type { Tokens } from '../sign-in/tokens.ts';
import type { RegistryUser } from './tokens.ts';

/** Who calls the registry: a person with a token of their own, or an application with one of Entra's. */
export function findRegistryUser(
  identities: readonly Identity[],
  tokens: Tokens,
  authorization: string | undefined,
): RegistryUser | undefined {
  const person = findIdentity(identities, authorization);
  if (person) return { name: person.account, mayPush: person.role !== 'reader' };
  const found = tokens.find(authorization, AUDIENCES.registry, AUDIENCES.management);
  if (found?.kind !== 'valid' || found.subject.kind !== 'application') return undefined;
  return { name: found.subject.id, mayPush: true };
}
