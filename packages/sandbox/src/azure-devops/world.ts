import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { StoredIdentity } from '../identity-store.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import type { Store } from '../store.ts';
import type { Runs } from './runs/runs.ts';
import type { DevOpsState, Organization, Repository } from './state.ts';

/** What the local Azure DevOps stands on. */
export interface World {
  readonly store: Store<DevOpsState>;
  /** Where the bare repositories lie. */
  readonly gitFolder: string;
  readonly identities: () => readonly StoredIdentity[];
  /** What time it is for runs, schedules and checks. */
  readonly clock: Clock;
  /** Tokens of pipelines, and their sessions of the Azure CLI. */
  readonly signIn: SignIn;
  /** Folders with programs of the agents' own, which every job finds on PATH. */
  readonly findPrograms: () => Promise<readonly string[]>;
  /** What pipelines do. */
  readonly runs: Runs;
  /** `http://127.0.0.1:8080`, known once the port is open. */
  readonly origin: () => string;
  /** Runs one change after another, and writes the state down after each: of two equal creates one finds the other's. */
  inTurn<Result>(change: () => Promise<Result>): Promise<Result>;
  /** Resolves when no change is under way. */
  idle(): Promise<void>;
}

/** A world over an open store. */
export function makeWorld(
  parts: Omit<World, 'inTurn' | 'idle' | 'runs'>,
  makeRuns: (world: Omit<World, 'runs'>) => Runs,
): World {
  let last: Promise<unknown> = Promise.resolve();
  const world: Omit<World, 'runs'> = {
    ...parts,
    inTurn(change) {
      const next = last.then(async () => {
        const result = await change();
        parts.store.save();
        return result;
      });
      last = next.catch(() => {});
      return next;
    },
    async idle() {
      for (let seen: unknown; seen !== last; ) {
        seen = last;
        await seen;
      }
    },
  };
  return Object.assign(world, { runs: makeRuns(world) });
}

/** The folder of a repository's bare Git repository. */
export function toGitFolder(world: World, repository: Repository): string {
  return join(world.gitFolder, `${repository.id}.git`);
}

/** An organisation by name, whatever its case. */
export function findOrganization(world: World, name: string): Organization | undefined {
  const wanted = name.toLowerCase();
  return world.store.data.organizations.find((organization) => organization.name.toLowerCase() === wanted);
}
