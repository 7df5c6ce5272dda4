import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type FileVersion,
  type MergeInput,
  type MergePlan,
  type ProjectFile,
  planMerge,
} from '../../packages/core/src/index.ts';
import { openDisk } from '../../packages/create-mlops-model/src/services/disk.ts';
import { makeGitMerge } from '../../packages/create-mlops-model/src/services/git-merge.ts';
import { type GitObjects, makeGitObjects } from '../../packages/create-mlops-model/src/services/git-objects.ts';
import { sha256 } from '../../packages/create-mlops-model/src/services/sha256.ts';
import {
  finish,
  isUnderWay,
  toAllWrites,
  undo,
  writeLocally,
} from '../../packages/create-mlops-model/src/update/write-locally.ts';
import { diff3Tools } from './diff3-engine.ts';
import { type Story, stories, type Tree, toInput } from './trees.ts';

/** How many stories each property is tried on; more with `UPDATE_GIT_RUNS`. */
const RUNS = Number(process.env.UPDATE_GIT_RUNS ?? 150);
const series = { numRuns: RUNS, seed: Number(process.env.UPDATE_SEED ?? 20_261_122) };

const environment = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@b.test',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@b.test',
};
const objects = makeGitObjects(environment);
const tools = { hash: sha256, mergeTexts: makeGitMerge(environment) };
const options = { generator: '2.0.0', style: 'marks' } as const;
const merge = (input: MergeInput): Promise<MergePlan> => planMerge(input, tools, options);

let root: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'update-git-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const git = (folder: string, ...args: string[]) =>
  execFileSync('git', args, { cwd: folder, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function writeTree(folder: string, tree: Tree): void {
  for (const [path, file] of tree) {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    if (file.kind === 'link') symlinkSync('nowhere', full);
    else writeFileSync(full, file.kind === 'text' ? file.contents : Buffer.from([0, 1, 255]));
    if (file.kind === 'text' && file.executable) chmodSync(full, 0o755);
  }
}

/** A repository whose one commit is this tree. */
function makeRepository(tree: Tree): string {
  const folder = join(root, String(count++));
  mkdirSync(folder);
  git(folder, 'init', '--quiet', '--template=', '--initial-branch=main');
  writeTree(folder, tree);
  writeFileSync(join(folder, '.gitignore'), 'ignored\n');
  writeFileSync(join(folder, 'ignored'), 'a secret of mine');
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'Mine');
  return folder;
}

/** Every file below a folder but git's objects and our references: path → what it is and holds. */
function readAll(folder: string, below = ''): Record<string, string> {
  const entries = readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (/^\.git\/(objects|refs\/mlops|logs)/.test(path)) return [];
    if (entry.isDirectory()) return Object.entries(readAll(folder, path));
    const full = join(folder, path);
    const what = entry.isSymbolicLink() ? 'link' : `${lstatSync(full).mode & 0o100} ${readFileSync(full, 'latin1')}`;
    return [[path, what] as const];
  });
  return Object.fromEntries(entries);
}

/** The same without what git keeps for itself. */
function readWorktree(folder: string): Record<string, string> {
  return Object.fromEntries(Object.entries(readAll(folder)).filter(([path]) => !path.startsWith('.git/')));
}

describe('with real git', () => {
  test('P8 a file is clean where git’s own merge is, and has the same bytes', { timeout: 180_000 }, async () => {
    // All stories lie in one repository, each in a folder: one merge of git's judges all of them.
    const files: { path: string; base: string; mine: string; theirs: string; plan: MergePlan; own: string }[] = [];
    for (const [index, story] of sample().entries()) {
      const plan = await merge(await toInput(story.v1, story.mine, story.v2));
      for (const [own, { contents: base }] of story.v1) {
        const [file, theirs] = [story.mine.get(own), story.v2.get(own)];
        // Only files that all three have, unchanged in form: the rest is ours to decide, and not git's.
        if (file?.kind !== 'text' || theirs === undefined || /\r|\uFEFF/.test(file.contents)) continue;
        files.push({ path: `${index}/${own}`, own, base, mine: file.contents, theirs: theirs.contents, plan });
      }
    }
    const folder = makeRepository(new Map());
    const commitAs = (branch: string, from: string, side: 'base' | 'mine' | 'theirs') => {
      git(folder, 'checkout', '--quiet', '-B', branch, from);
      for (const file of files) {
        mkdirSync(dirname(join(folder, file.path)), { recursive: true });
        writeFileSync(join(folder, file.path), file[side]);
      }
      git(folder, 'add', '--all');
      git(folder, 'commit', '--quiet', '--allow-empty', '--message', branch);
    };
    commitAs('base', 'main', 'base');
    commitAs('theirs', 'base', 'theirs');
    commitAs('mine', 'base', 'mine');
    try {
      git(folder, '-c', 'merge.renames=false', 'merge', '--quiet', '--no-commit', 'theirs');
    } catch {}
    const unmerged = new Set(git(folder, 'diff', '--name-only', '--diff-filter=U', '-z').split('\0'));
    for (const { path, own, mine, plan } of files) {
      const isConflict = plan.results.find((each) => each.path === own)?.action === 'conflict';
      expect(isConflict, path).toBe(unmerged.has(path));
      if (!isConflict) expect(plan.writes.get(own)?.contents ?? mine).toBe(readFileSync(join(folder, path), 'utf8'));
    }
    expect(files.length - unmerged.size).toBeGreaterThan(RUNS);
    expect(unmerged.size).toBeGreaterThan(RUNS / 10);
  });

  test('P9 nothing changes but what the plan names; undo leaves no trace', { timeout: 180_000 }, async () => {
    // Ten stories a project, each in a folder.
    for (let from = 0; from < RUNS; from += 10) {
      const mine = new Map<string, ProjectFile>();
      const writes = new Map<string, FileVersion | undefined>();
      for (const [index, story] of sample()
        .slice(from, from + 10)
        .entries()) {
        const plan = await planMerge(await toInput(story.v1, story.mine, story.v2), diff3Tools(), options);
        for (const [path, file] of story.mine) mine.set(`${index}/${path}`, file);
        for (const [path, file] of toAllWrites(plan)) writes.set(`${index}/${path}`, file);
      }
      const folder = makeRepository(mine);
      const before = readAll(folder);
      await writeLocally(openDisk(folder), objects, 'HEAD^0', writes, 0);
      const after = readAll(folder);
      for (const path of new Set([...Object.keys(before), ...Object.keys(after)])) {
        const file = writes.get(path);
        if (!writes.has(path)) expect(after[path], path).toBe(before[path]);
        else if (file === undefined) expect(path in after, path).toBe(false);
        else
          expect(after[path], path).toBe(
            `${file.executable ? 64 : 0} ${Buffer.from(file.contents).toString('latin1')}`,
          );
      }
      for (const [path, file] of writes) if (file !== undefined) expect(path in after, path).toBe(true);
      await undo(openDisk(folder), objects);
      expect(readAll(folder)).toEqual(before);
    }
  });
});

function sample(): readonly Story[] {
  return fc.sample(stories, series);
}

/** Thrown in the place of a death. */
class Dead extends Error {}

/** A disk and a git that die at one of their calls: before it has an effect, or after. */
function makeMortal(folder: string, at: number, when: 'before' | 'after') {
  let calls = 0;
  const step = <Value>(act: () => Value): Value => {
    if (calls === at && when === 'before') throw new Dead();
    if (calls > at) throw new Dead();
    const value = act();
    calls++;
    if (calls > at) throw new Dead();
    return value;
  };
  const later = async <Value>(act: () => Promise<Value>): Promise<Value> => {
    if (calls === at && when === 'before') throw new Dead();
    if (calls > at) throw new Dead();
    const value = await act();
    calls++;
    if (calls > at) throw new Dead();
    return value;
  };
  const disk = openDisk(folder);
  return {
    calls: () => calls,
    disk: {
      ...disk,
      write: (...args: Parameters<typeof disk.write>) => step(() => disk.write(...args)),
      remove: (path: string) => step(() => disk.remove(path)),
    },
    git: {
      run: (...args: Parameters<GitObjects['run']>) => later(() => objects.run(...args)),
      listTree: (...args: Parameters<GitObjects['listTree']>) => later(() => objects.listTree(...args)),
      readAll: (...args: Parameters<GitObjects['readAll']>) => later(() => objects.readAll(...args)),
      makeCommits: (...args: Parameters<GitObjects['makeCommits']>) => later(() => objects.makeCommits(...args)),
    } satisfies GitObjects,
  };
}

describe('P10 killed at any step', () => {
  const text = (contents: string) => ({ kind: 'text', contents, executable: false }) as const;
  const mine: Tree = new Map([
    ['a.txt', text('mine\r\n')],
    ['gone.txt', text('old\n')],
    ['dir/b.txt', text('old\n')],
    ['same.txt', text('same\n')],
  ]);
  const writes = new Map([
    ['a.txt', { contents: 'new\r\n', executable: true }],
    ['gone.txt', undefined],
    ['dir/b.txt', { contents: 'new\n', executable: false }],
    ['new/c.txt', { contents: 'new\n', executable: false }],
  ]);

  test('goes on or goes back, and never stays between', { timeout: 180_000 }, async () => {
    const whole = makeRepository(mine);
    const old = readWorktree(whole);
    const alive = makeMortal(whole, Number.POSITIVE_INFINITY, 'after');
    await writeLocally(alive.disk, alive.git, 'HEAD^0', writes, 0);
    const fresh = readWorktree(whole);
    expect(fresh).not.toEqual(old);
    // Two commits, the references, four files, the references again.
    expect(alive.calls()).toBe(7);
    for (let at = 0; at < alive.calls(); at++) {
      for (const when of ['before', 'after'] as const) {
        for (const way of ['on', 'back'] as const) {
          const folder = makeRepository(mine);
          const mortal = makeMortal(folder, at, when);
          await expect(writeLocally(mortal.disk, mortal.git, 'HEAD^0', writes, 0)).rejects.toThrow(Dead);
          // What a process leaves that dies in the middle of a file.
          writeFileSync(join(folder, 'dir/b.txt.4711.tmp'), 'n');
          const disk = openDisk(folder);
          const begun = await isUnderWay(disk, objects);
          if (way === 'on') await finish(disk, objects);
          else await undo(disk, objects);
          const now = readWorktree(folder);
          if (!begun) delete now['dir/b.txt.4711.tmp'];
          expect([old, fresh]).toContainEqual(now);
          if (begun) expect(now).toEqual(way === 'on' ? fresh : old);
          rmSync(folder, { recursive: true });
        }
      }
    }
  });

  test('what somebody changed meanwhile is not written over', async () => {
    const folder = makeRepository(mine);
    const mortal = makeMortal(folder, 3, 'after');
    await expect(writeLocally(mortal.disk, mortal.git, 'HEAD^0', writes, 0)).rejects.toThrow(Dead);
    expect(await isUnderWay(openDisk(folder), objects)).toBe(true);
    writeFileSync(join(folder, 'dir/b.txt'), 'typed meanwhile\n');
    const before = readAll(folder);
    await expect(finish(openDisk(folder), objects)).rejects.toMatchObject({ code: 'conflict' });
    await expect(undo(openDisk(folder), objects)).rejects.toMatchObject({ code: 'conflict' });
    expect(readAll(folder)).toEqual(before);
  });

  test('of two at the same time one begins', async () => {
    const folder = makeRepository(mine);
    const mortal = makeMortal(folder, 3, 'after');
    await expect(writeLocally(mortal.disk, mortal.git, 'HEAD^0', writes, 0)).rejects.toThrow(Dead);
    const before = readAll(folder);
    await expect(writeLocally(openDisk(folder), objects, 'HEAD^0', writes, 1)).rejects.toMatchObject({
      code: 'try-again',
    });
    expect(readAll(folder)).toEqual(before);
  });
});
