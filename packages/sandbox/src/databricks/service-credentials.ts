import { randomUUID } from 'node:crypto';
import { type Identity, toGuid } from '../identities.ts';
import { findAudience } from '../sign-in/audiences.ts';
import type { Token } from '../sign-in/tokens.ts';
import type { Fields } from './body.ts';
import { denied, ServiceError } from './service-error.ts';
import type { ServiceCredential } from './state.ts';
import type { World } from './world.ts';

/** All credentials of the metastore. */
export function listCredentials(world: World): readonly ServiceCredential[] {
  return world.store.data.serviceCredentials ?? [];
}

/** A credential by its name. @throws ServiceError 404 */
export function getCredential(world: World, name: string): ServiceCredential {
  const credential = listCredentials(world).find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (credential) return credential;
  throw new ServiceError(404, 'CREDENTIAL_DOES_NOT_EXIST', `Credential '${name}' does not exist.`);
}

/** Whether somebody may use a credential: its owner, or who was granted ACCESS. */
export function mayUse({ owner, grants }: ServiceCredential, account: string): boolean {
  const principals = [account, 'account users'];
  return owner === account || principals.some((principal) => grants[principal]?.includes('ACCESS'));
}

/** Whether somebody may see a credential. */
export function maySee(credential: ServiceCredential, { account, role }: Identity): boolean {
  return role === 'administrator' || mayUse(credential, account);
}

/** Whether somebody may change a credential and grant it to others. @throws ServiceError 403 */
export function requireOwner({ name, owner }: ServiceCredential, { account, role }: Identity): void {
  if (role === 'administrator' || owner === account) return;
  throw denied(`User is not an owner of Credential '${name}'.`);
}

/** Keeps a credential; of one with the same name only this one stays. */
export function putCredential(world: World, credential: ServiceCredential): void {
  const others = listCredentials(world).filter(({ id }) => id !== credential.id);
  world.store.data.serviceCredentials = [...others, credential];
  world.store.save();
}

/** Forgets a credential. */
export function removeCredential(world: World, { id }: ServiceCredential): void {
  world.store.data.serviceCredentials = listCredentials(world).filter((one) => one.id !== id);
  world.store.save();
}

/** A new one, as its maker asked for it. */
export function toCredential(
  name: string,
  fields: { comment: string; identity: Fields },
  owner: string,
): ServiceCredential {
  const now = Date.now();
  return { id: randomUUID(), name, ...fields, owner, createdAt: now, updatedAt: now, grants: {} };
}

/** A token of the credential's managed identity for a service. @throws ServiceError what a notebook is to see */
export function grantToken(world: World, name: string, account: string, resource: string): Token {
  const credential = getCredential(world, name);
  if (!mayUse(credential, account)) {
    throw denied(`User does not have ACCESS on Credential '${credential.name}'.`);
  }
  const audience = findAudience(resource);
  if (audience === undefined) {
    throw new ServiceError(
      400,
      'INVALID_PARAMETER_VALUE',
      `AADSTS500011: The resource principal named ${resource} was not found.`,
    );
  }
  // The application behind a managed identity has an id of its own, which Databricks does not show.
  const id = toGuid(`managed identity ${JSON.stringify(credential.identity)}`);
  const subject = { kind: 'application', id, tenant: toGuid('tenant'), name: credential.name } as const;
  return world.tokens.grant(subject, audience, world.tokenSeconds());
}
