import {
  BASE_PATH,
  type ConflictStyle,
  type Files,
  LOCK_PATH,
  type Lock,
  listAbove,
  listMissing,
  MANIFEST_PATH,
  type Manifest,
  type MergeInput,
  type MergePlan,
  type MergeTools,
  type ProjectFile,
  parseManifest,
  planMerge,
  readBase,
  readLock,
  UserError,
} from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import { toInvocation } from '../commands.ts';
import { renderProject } from '../render-project.ts';
import { sha256 } from '../services/sha256.ts';
import type { ProjectSource } from './project-source.ts';

/** What an update of one project would do. */
export interface UpdatePlan {
  readonly merge: MergePlan;
  readonly manifest: Manifest;
  /** Version that last wrote the project's files. */
  readonly from: string;
  /** Version that writes them now. */
  readonly to: string;
}

/** What is read of the process. */
export type UpdateContext = Pick<CommandContext, 'translate' | 'version'>;

/** A project as it was generated, as it is, and as this version would generate it. */
export interface LoadedProject {
  readonly manifest: Manifest;
  readonly lock: Lock;
  readonly input: MergeInput;
}

/**
 * What this version of the templates, and the manifest as it is now, make of a project. Writes nothing.
 * @throws UserError where manifest, lock or base are missing, wrong or newer
 */
export async function planUpdate(
  context: UpdateContext,
  source: ProjectSource,
  tools: Omit<MergeTools, 'hash'>,
  style: ConflictStyle,
): Promise<UpdatePlan> {
  const { manifest, lock, input } = await loadProject(context, source);
  const merge = await planMerge(input, { ...tools, hash: sha256 }, { generator: context.version, style });
  return { merge, manifest, from: lock.generator, to: context.version };
}

/** Reads a project, and renders it anew. */
export async function loadProject(context: UpdateContext, source: ProjectSource): Promise<LoadedProject> {
  const { translate, version } = context;
  const [text, lockText, baseText] = await Promise.all([MANIFEST_PATH, LOCK_PATH, BASE_PATH].map(source.readText));
  if (text === undefined) {
    throw new UserError(
      'usage',
      translate('update.noManifest'),
      translate('error.noManifest.hint', { command: toInvocation(version) }),
    );
  }
  const manifest = parseManifest(text, MANIFEST_PATH, translate);
  if (lockText === undefined) throw missing(context, LOCK_PATH);
  const lock = readLock(lockText, version);
  if (baseText === undefined) throw missing(context, BASE_PATH);
  const base = await readBase(baseText, lock, sha256);
  const theirs = await renderOurs(manifest, version);
  const places = Object.entries(lock.files).map(([path, { at }]) => at ?? path);
  const paths = [...places, ...theirs.keys()];
  const mine = await source.read(new Set([...paths, ...paths.flatMap(listAbove)]));
  return { manifest, lock, input: { lock, base, theirs, mine: await withMoved({ lock, base, mine }, source) } };
}

/** The rendering without what is not merged: the team's manifest, and what update itself keeps. */
async function renderOurs(manifest: Manifest, version: string): Promise<Files> {
  const kept = [MANIFEST_PATH, LOCK_PATH, BASE_PATH];
  return new Map([...(await renderProject(manifest, version))].filter(([path]) => !kept.includes(path)));
}

/** Files that may be ours under another name are looked at only where some of ours are missing. */
async function withMoved(
  { lock, base, mine }: Omit<MergeInput, 'theirs'>,
  source: ProjectSource,
): Promise<ReadonlyMap<string, ProjectFile>> {
  const gone = listMissing({ lock, base, mine });
  if (gone.length === 0) return mine;
  const extensions = new Set(gone.map(extensionOf));
  const candidates = (await source.list()).filter((path) => !mine.has(path) && extensions.has(extensionOf(path)));
  return new Map([...mine, ...(await source.read(candidates))]);
}

function extensionOf(path: string): string {
  return /\.[^./]+$/.exec(path)?.[0].toLowerCase() ?? '';
}

function missing({ translate }: UpdateContext, path: string): UserError {
  return new UserError('usage', translate('update.missing', { path }), translate('update.missing.hint', { path }));
}
