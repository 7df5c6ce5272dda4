import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileVersion, type MergeTools, type TextMerge, UserError } from '@create-mlops-model/core';
import { openDisk } from './disk.ts';
import { type CommitSpec, type GitObjects, makeGitObjects } from './git-objects.ts';
import type { Environment } from './http-agents.ts';

/** How git's marks name the two sides. */
const [MINE, THEIRS] = ['yours', 'template'];

/** First git that merges without a working tree. */
const OLDEST_GIT = '2.38';

let merges = 0;

/**
 * git as the engine of an update: all files in one merge, in a repository of its own that is gone afterwards. The base is a
 * commit made up for it, which every git that can do this takes; `--merge-base` needs 2.40.
 */
export function makeGitMerge(environment: Environment): MergeTools['mergeTexts'] {
  const git = makeGitObjects(environment);
  return async (texts) => {
    if (texts.length === 0) return [];
    const scratch = openDisk(join(tmpdir(), `mlops-merge-${process.pid}-${merges++}`));
    try {
      await git.run(tmpdir(), ['init', '--quiet', '--bare', '--template=', scratch.folder]);
      // One file instead of hundreds, for the few milliseconds that it lives.
      scratch.append('config', '[fastimport]\n\tunpackLimit = 1\n');
      return await mergeIn(scratch.folder, git, texts);
    } finally {
      openDisk(tmpdir()).removeAll([scratch.folder.slice(tmpdir().length + 1)]);
    }
  };
}

async function mergeIn(folder: string, git: GitObjects, texts: readonly TextMerge[]) {
  await git.makeCommits(folder, toCommits(texts));
  // The files' names here are numbers: which file became which has been settled.
  const args = [
    '-c',
    'merge.renames=false',
    'merge-tree',
    '--write-tree',
    '-z',
    '--name-only',
    '--no-messages',
    MINE,
    THEIRS,
  ];
  const { exitCode, stdout, stderr } = await git.run(folder, args as string[]);
  if (exitCode !== 0 && exitCode !== 1) throw tooOld(stderr);
  const [tree, ...conflicts] = stdout.toString().split('\0');
  const open = new Set(conflicts);
  const merged = await git.readAll(
    folder,
    texts.map((_, index) => `${tree}:${index}`),
  );
  return merged.map((bytes, index) => {
    if (bytes === undefined) throw new Error(`git merged ${texts[index]?.path} away`);
    return { contents: bytes.toString(), isClean: !open.has(String(index)) };
  });
}

/** The base, and from it the team's side and the templates'. */
function toCommits(texts: readonly TextMerge[]): readonly CommitSpec[] {
  const nobody = { author: { name: 'merge', email: 'merge@localhost' }, message: '', time: 0 };
  const pick = (find: (text: TextMerge) => string | undefined): ReadonlyMap<string, FileVersion> =>
    new Map(
      texts.flatMap((text, index): [string, FileVersion][] => {
        const contents = find(text);
        return contents === undefined ? [] : [[String(index), { contents }]];
      }),
    );
  return [
    { ...nobody, ref: 'refs/heads/base', parents: [], changes: pick(({ base }) => base) },
    { ...nobody, ref: `refs/heads/${MINE}`, parents: [':1'], changes: pick(({ mine }) => mine) },
    { ...nobody, ref: `refs/heads/${THEIRS}`, parents: [':1'], changes: pick(({ theirs }) => theirs) },
  ];
}

function tooOld(said: string): UserError {
  return new UserError(
    'failed',
    {
      en: `git could not merge: ${said.split('\n')[0]}`,
      fr: `git n’a pas pu fusionner\u00a0: ${said.split('\n')[0]}`,
    },
    {
      en: `An update needs git ${OLDEST_GIT} or newer: https://git-scm.com`,
      fr: `Une mise à jour demande git ${OLDEST_GIT} ou plus récent\u00a0: https://git-scm.com`,
    },
  );
}
