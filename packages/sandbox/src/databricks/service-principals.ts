import type { ServicePrincipal } from './state.ts';
import { takeId, type World } from './world.ts';

/** The service principals that are members of the workspace. */
export function listServicePrincipals(world: World): readonly ServicePrincipal[] {
  return world.store.data.servicePrincipals ?? [];
}

/** Makes an application a member. */
export function addServicePrincipal(world: World, member: Omit<ServicePrincipal, 'id'>): ServicePrincipal {
  const added = { id: takeId(world), ...member };
  world.store.data.servicePrincipals = [...listServicePrincipals(world), added];
  world.store.save();
  return added;
}

/** Ends a membership. @returns whether there was one */
export function removeServicePrincipal(world: World, id: number): boolean {
  const left = listServicePrincipals(world).filter((member) => member.id !== id);
  if (left.length === listServicePrincipals(world).length) return false;
  world.store.data.servicePrincipals = left;
  world.store.save();
  return true;
}
