import { join } from 'node:path';
import type { Identity } from '../identities.ts';
import type { Route } from '../router.ts';
import type { Tokens } from '../sign-in/tokens.ts';
import { openStore, type Store } from '../store.ts';
import { type DatabricksState, type Run, toInitialState } from './state.ts';

/** Where the Git repositories behind the clone URLs lie on this machine. */
export interface GitRepositories {
  /** The bare repository of a clone URL, or `undefined` if there is none. */
  resolve(url: string): string | undefined;
}

/** What every handler works on. */
export interface World {
  readonly store: Store<DatabricksState>;
  /** Folder that holds the workspace's files: `/Shared/x` lies at `<root>/Shared/x`. */
  readonly root: string;
  /** Folder for files that may vanish. */
  readonly scratch: string;
  readonly identities: () => readonly Identity[];
  readonly tokens: Tokens;
  /** Seconds that a token of a service credential is good for. */
  readonly tokenSeconds: () => number;
  readonly gitRepositories: GitRepositories;
  /** Runs `work` after all that was passed before has ended: two changes of Git folders never mix. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** What can be done with runs; the rest happens by itself. */
export interface RunEngine {
  /** Takes a new run in: it starts, waits in the queue, or is skipped. */
  submit(run: Run, queueEnabled: boolean): void;
  /** Cancels a run; one that has ended stays as it is. */
  cancel(run: Run): void;
  /** Puts right what a crash left, and starts what waits. */
  recover(): void;
  /** Ends all notebooks; their runs are cancelled by the platform. */
  stop(): Promise<void>;
}

/** One request: the world, and who asks. */
export interface Call extends World {
  readonly caller: Identity;
  readonly runs: RunEngine;
}

/** A route of this service. */
export type DatabricksRoute = Route<Call>;

/** Opens the state in `folder`. */
export function openWorld({
  folder,
  identities,
  tokens,
  tokenSeconds,
  gitRepositories,
}: Pick<World, 'identities' | 'tokens' | 'tokenSeconds' | 'gitRepositories'> & { readonly folder: string }): World {
  let last: Promise<unknown> = Promise.resolve();
  return {
    store: openStore(folder, 'databricks', toInitialState),
    root: join(folder, 'workspace'),
    scratch: join(folder, 'scratch'),
    identities,
    tokens,
    tokenSeconds,
    gitRepositories,
    inTurn(work) {
      const next = last.then(work, work);
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** A new id; ids are shared by all kinds of objects and never used again. */
export function takeId(world: World): number {
  world.store.data.lastId += 1 + Math.floor(Math.random() * 97);
  return world.store.data.lastId;
}
