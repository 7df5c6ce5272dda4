import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from '../python/take-lock.ts';
import type { Base } from './base-image.ts';
import { type ImageEntry, layEntries, listCopied, readEntry } from './image-entries.ts';
import { listNewest } from './image-store.ts';
import type { BuildStep, Stage } from './plan-build.ts';
import { runCommand, writePrograms } from './run-command.ts';

/** A stage whose files can be copied from. */
export interface BuiltStage {
  readonly root: string;
  /** Names what it was made of. */
  readonly key: string;
}

/** What a build works with. */
export interface BuildRoom {
  /** Folder that is built. */
  readonly context: string;
  /** Holds what builds keep for the next ones. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Stages above, in order. */
  readonly stages: readonly BuiltStage[];
  say(line: string): void;
}

/** So many stages are kept for builds to come. */
const KEPT = 3;

/** Makes the files of a stage that others copy from, or takes those of a build before, made of the same. */
export async function buildStage(stage: Stage, base: Base, room: BuildRoom): Promise<BuiltStage> {
  const key = await toKey(stage, base, room);
  const folder = join(room.folder, 'stages', key);
  const root = join(folder, 'root');
  const done = join(folder, 'done');
  mkdirSync(join(room.folder, 'stages'), { recursive: true, mode: 0o700 });
  while (!existsSync(done)) {
    const lock = join(room.folder, 'stages', `.${key}`);
    if (!(await takeLock(lock))) {
      await sleep(200);
      continue;
    }
    try {
      if (existsSync(done)) break;
      // Its path stands in what Python compiles: the same for the same stage.
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(root, { recursive: true, mode: 0o755 });
      await runSteps(stage.steps, base, root, room);
      writeFileSync(done, '');
    } finally {
      rmSync(lock, { force: true });
    }
  }
  utimesSync(folder, new Date(), new Date());
  for (const old of listNewest(join(room.folder, 'stages')).slice(KEPT)) rmSync(old, { recursive: true, force: true });
  return { root, key };
}

async function runSteps(steps: readonly BuildStep[], base: Base, root: string, room: BuildRoom): Promise<void> {
  const programs = join(root, '..', 'programs');
  writePrograms(programs, base.python);
  for (const step of steps) {
    room.say(describeStep(step));
    if (step.kind === 'run') await runCommand(step, { root, programs, environment: room.environment });
    else await layEntries(step.line, listEntries(step, room), root);
  }
}

/** What a `COPY` puts into the image. */
export function listEntries(step: BuildStep & { kind: 'copy' }, room: BuildRoom): readonly ImageEntry[] {
  const root = step.from === undefined ? room.context : (room.stages[step.from]?.root ?? '');
  return listCopied(step.line, step.sources, step.target, root);
}

/** As the Dockerfile has it. */
export function describeStep(step: BuildStep): string {
  if (step.kind === 'run') return `RUN ${step.command}`;
  return ['COPY', ...(step.from === undefined ? [] : [`(stage ${step.from})`]), ...step.sources, step.target].join(' ');
}

async function toKey(stage: Stage, base: Base, room: BuildRoom): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([base.python, base.version, stage.steps]));
  for (const step of stage.steps) {
    if (step.kind === 'run') continue;
    const from = step.from === undefined ? undefined : room.stages[step.from]?.key;
    if (from !== undefined) hash.update(from);
    else hash.update(await hashEntries(listEntries(step, room)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function hashEntries(entries: readonly ImageEntry[]): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of entries) {
    const found = await readEntry(entry);
    hash.update(JSON.stringify([entry.path, found.kind, found.kind === 'link' ? found.to : '']));
    if (found.kind === 'file') hash.update(`${found.mode} ${found.content.length}\n`).update(found.content);
  }
  return hash.digest('hex');
}
