import { findRef, listRefs } from '../git.ts';
import type { Scene } from '../pull-request-policies.ts';
import type { Repository } from '../state.ts';
import { toGitFolder, type World } from '../world.ts';
import { triggersOf } from './triggers.ts';

/** Remembers which of these refs moved and who moved them; in the same turn as the move, so that a kill forgets neither. */
export function notePush(scene: Scene, repository: Repository, refs: readonly string[], by: string): void {
  const folder = toGitFolder(scene.world, repository);
  for (const ref of refs) noteHead(scene, repository, { ref, newId: findRef(folder, ref) ?? '' }, by);
}

/** A ref as it is now; `''`: it is gone. */
interface Head {
  readonly ref: string;
  readonly newId: string;
}

function noteHead({ organization }: Scene, { id }: Repository, { ref, newId }: Head, by: string): void {
  const { heads, pushes } = triggersOf(organization);
  heads[id] ??= {};
  const known = heads[id];
  const oldId = known[ref] ?? '';
  if (newId === oldId || !/^refs\/(heads|tags)\//.test(ref)) return;
  if (newId === '') delete known[ref];
  else known[ref] = newId;
  pushes.push({ repositoryId: id, ref, oldId, newId, by });
}

/**
 * Finds the pushes that a kill between git's own write and the state's kept from being remembered. What was there
 * before there were triggers is only noted.
 */
export async function noteMissed(world: World): Promise<void> {
  for (const organization of world.store.data.organizations) {
    const isFirst = organization.triggers === undefined;
    for (const repository of organization.repositories) {
      const found = await listRefs(toGitFolder(world, repository));
      const gone = Object.keys(triggersOf(organization).heads[repository.id] ?? {}).filter(
        (ref) => !found.some(({ name }) => name === ref),
      );
      const heads = [
        ...found.map(({ name, objectId }) => ({ ref: name, newId: objectId })),
        ...gone.map((ref) => ({ ref, newId: '' })),
      ];
      for (const head of heads) noteHead({ world, organization }, repository, head, repository.createdBy);
    }
    if (isFirst) triggersOf(organization).pushes = [];
  }
}
