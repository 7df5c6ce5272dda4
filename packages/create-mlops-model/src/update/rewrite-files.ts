import { type Files, MANIFEST_PATH } from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import type { Disk } from '../services/disk.ts';
import { makeGitMerge } from '../services/git-merge.ts';
import { makeGitObjects } from '../services/git-objects.ts';
import { planUpdate } from './plan-update.ts';
import { openWorktree } from './project-source.ts';
import { toAllWrites } from './write-locally.ts';

/**
 * Writes other answers and what follows from them into a project that nobody else has seen yet. What the team edited is merged;
 * where that cannot be done it stays, and `update` comes back to it.
 * @returns the paths that changed
 */
export async function rewriteFiles(
  { env, translate, version }: Pick<CommandContext, 'env' | 'translate' | 'version'>,
  disk: Disk,
  files: Files,
): Promise<readonly string[]> {
  const manifest = files.get(MANIFEST_PATH)?.contents ?? '';
  const isNew = disk.find(MANIFEST_PATH)?.contents !== manifest;
  if (isNew) disk.write(MANIFEST_PATH, { contents: manifest, executable: false });
  const source = openWorktree(disk, makeGitObjects(env));
  const { merge } = await planUpdate({ translate, version }, source, { mergeTexts: makeGitMerge(env) }, 'ours');
  const writes = toAllWrites(merge);
  for (const [path, file] of writes) {
    if (file === undefined) disk.remove(path);
    else disk.write(path, { contents: file.contents, executable: file.executable ?? false });
  }
  return [...(isNew ? [MANIFEST_PATH] : []), ...writes.keys()];
}
