import type { Organization } from '../state.ts';
import type { World } from '../world.ts';
import { startAfterRun } from './resource-trigger.ts';
import { startBatches, startContinuous } from './start-continuous.ts';
import { triggersOf } from './triggers.ts';

/** Starts in the background what pushes and ends of runs are to start. What is left to do stands in the state. */
export function settleTriggers(world: World): void {
  if (!world.store.data.organizations.some(hasWork)) return;
  world
    .inTurn(async () => {
      for (const organization of world.store.data.organizations) await settle(world, organization);
    })
    .catch((error: unknown) => process.stderr.write(`The triggers could not be settled: ${String(error)}\n`));
}

function hasWork({ triggers }: Organization): boolean {
  return triggers !== undefined && triggers.pushes.length + triggers.ended.length > 0;
}

async function settle(world: World, organization: Organization): Promise<void> {
  const triggers = triggersOf(organization);
  const scene = { world, organization };
  // Taken away first: what cannot be started is told of once, not for ever.
  for (let push = triggers.pushes.shift(); push; push = triggers.pushes.shift()) await startContinuous(scene, push);
  if (triggers.ended.length === 0) return;
  for (let id = triggers.ended.shift(); id !== undefined; id = triggers.ended.shift()) {
    const build = organization.builds.find((each) => each.id === id);
    if (build) await startAfterRun(scene, build);
  }
  await startBatches(scene);
}
