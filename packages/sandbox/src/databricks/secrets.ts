import { missing } from './service-error.ts';
import type { DatabricksState } from './state.ts';
import type { World } from './world.ts';

/** The secrets of a scope. @throws 404 when there is no such scope */
export function getScope(world: World, scope: string): DatabricksState['secrets'][string] {
  const secrets = world.store.data.secrets[scope];
  if (!secrets) throw missing(`Scope ${scope} does not exist!`);
  return secrets;
}

/** A secret's value. @throws what a notebook or a cluster reports when there is none */
export function findSecret(world: World, scope: string, key: string): string {
  const secret = world.store.data.secrets[scope]?.[key];
  if (!secret) throw missing(`Secret does not exist with scope: ${scope} and key: ${key}`);
  return secret.value;
}

/** `{{secrets/scope/key}}` in a cluster's environment variable → the value. */
export function replaceReferences(world: World, text: string): string {
  return text.replace(/\{\{secrets\/([^/}]+)\/([^/}]+)\}\}/g, (_all, scope: string, key: string) =>
    findSecret(world, scope, key),
  );
}
