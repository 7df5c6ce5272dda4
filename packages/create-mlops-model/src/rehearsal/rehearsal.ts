import { join } from 'node:path';
import { type Answers, type Manifest, toManifest } from '@create-mlops-model/core';
import { readDefaults } from '../ask.ts';
import type { CommandContext } from '../command.ts';
import { findNewestPython } from '../newest-python.ts';
import { type Disk, openDisk, readTextAt } from '../services/disk.ts';
import { toSandboxHome } from '../services/sandbox.ts';
import { makeShell } from '../services/shell.ts';
import { openSession, type Session } from '../session.ts';
import { asIdentity } from './as-identity.ts';

/** One thing that a chapter brought about, as the services themselves name it. */
export interface RehearsalResult {
  readonly what: string;
  /** A commit, id or version that the services return. */
  readonly value: string;
}

/** What the chapters work with. */
export interface Rehearsal {
  /** Agrees to everything; prints no document. */
  readonly context: CommandContext;
  readonly manifest: Manifest;
  /** Holds `model`, the folder of the one who creates, and `clone` and `feature`, a colleague's. */
  readonly disk: Disk;
  readonly session: Session;
  /** Chapters told before. */
  readonly told: number;
  /** Notes a result for the summary. */
  note(what: string, value: string): void;
  results(): readonly RehearsalResult[];
  /** A chapter ended; a stopped rehearsal goes on after it. */
  finish(chapter: number): void;
  /** The next rehearsal starts from the beginning. */
  forget(): void;
  close(): void;
}

interface Progress {
  /** Counts rehearsals, so that each has a model of its own. */
  readonly number: number;
  readonly told: number;
  /** Python of the model: what was found when it was made. */
  readonly python?: string;
  readonly results: readonly RehearsalResult[];
}

const PROGRESS = 'progress.json';

/** Takes up the rehearsal that was stopped, or begins a new one with a model of its own. */
export async function openRehearsal(context: CommandContext): Promise<Rehearsal> {
  const disk = openDisk(join(toSandboxHome(context.env), 'rehearsal'));
  let progress = readProgress(disk);
  if (progress.told === 0) disk.removeAll(['model', 'clone', 'feature']);
  const python = progress.python ?? (await findNewestPython(makeShell(), context.env));
  if (python !== undefined) progress = { ...progress, python };
  const { baseImage } = await readDefaults(context, readTextAt);
  const given = { ...(python === undefined ? {} : { python }), ...(baseImage === undefined ? {} : { baseImage }) };
  const manifest = toRehearsalManifest(progress.number, given);
  const yours = await asIdentity(context, 'you');
  const quiet: CommandContext = {
    ...yours,
    flags: { ...context.flags, yes: true, dryRun: false, takeOver: false },
    printDocument: () => undefined,
  };
  const session = await openSession(quiet, { manifest, folder: join(disk.folder, 'model'), kind: 'sandbox' });
  const save = () => disk.write(PROGRESS, { contents: `${JSON.stringify(progress)}\n`, executable: false });
  return {
    context: quiet,
    manifest,
    disk,
    session,
    told: progress.told,
    note: (what, value) => {
      progress = { ...progress, results: [...progress.results, { what, value }] };
    },
    results: () => progress.results,
    finish: (chapter) => {
      progress = { ...progress, told: chapter };
      save();
    },
    forget: () => {
      const { results } = progress;
      progress = { number: progress.number + 1, told: 0, results: [] };
      save();
      progress = { ...progress, results };
    },
    close: () => session.close(),
  };
}

function readProgress(disk: Disk): Progress {
  const text = disk.find(PROGRESS)?.contents;
  return text === undefined ? { number: 1, told: 0, results: [] } : (JSON.parse(text) as Progress);
}

/**
 * A model of its own each time: a job's name, unlike a repository's, is shared by a whole Databricks workspace.
 * @param given what of this machine and its organisation matters here: a Python that is there, a base image in reach
 */
function toRehearsalManifest(number: number, given: Pick<Answers, 'python' | 'baseImage'>): Manifest {
  return toManifest({
    ...given,
    name: `rehearsal-${number}`,
    schedules: [{ cron: '0 6 * * 1', timeZone: 'America/Toronto' }],
  });
}
