import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeGit } from './git.ts';

let root: string;
let folder: string;
let remote: { url: string; authorization: string };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mlops-git-'));
  folder = join(root, 'a project');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'README.md'), '# model\n');
  writeFileSync(join(folder, 'bin/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(root, 'remote.git')]);
  remote = { url: `file://${join(root, 'remote.git')}`, authorization: 'Basic c2VjcmV0' };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** git as on a machine without any configuration. */
const bare = () => makeGit({ PATH: process.env.PATH, HOME: join(root, 'home') });
const ask = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim();
const first = { paths: ['README.md', 'bin/run.sh'], executables: ['bin/run.sh'], message: 'Start' };
const author = async () => ({ name: 'You', email: 'you@example.test' });

test('makes a repository with one commit, without any configuration of the person', async () => {
  const git = bare();
  expect(await git.findClone(folder)).toBeUndefined();
  await git.init(folder);
  expect(await git.findClone(folder)).toEqual({});
  const head = await git.commit(folder, { ...first, author });
  await git.setOrigin(folder, remote.url);
  expect(await git.findClone(folder)).toEqual({ head, origin: remote.url });
  await git.setOrigin(folder, 'http://other.test/x');
  expect((await git.findClone(folder))?.origin).toBe('http://other.test/x');
  expect(ask('log', '--format=%an <%ae>')).toBe('You <you@example.test>');
  expect(ask('branch', '--show-current')).toBe('main');
  expect(await git.status(folder)).toEqual([]);
});

test('the person in git’s configuration signs, and their hooks do not run', async () => {
  const home = join(root, 'home');
  mkdirSync(join(home, 'hooks'), { recursive: true });
  writeFileSync(
    join(home, 'hooks/pre-commit'),
    `#!/bin/sh\ntouch ${JSON.stringify(join(root, 'hook-ran'))}\nexit 1\n`,
    { mode: 0o755 },
  );
  writeFileSync(
    join(home, '.gitconfig'),
    `[user]\n name = Ada\n email = ada@example.test\n[core]\n hooksPath = ${home}/hooks\n[commit]\n gpgsign = true\n`,
  );
  const git = bare();
  await git.init(folder);
  await git.commit(folder, { ...first, author: () => expect.unreachable() });
  expect(ask('log', '--format=%an')).toBe('Ada');
  expect(existsSync(join(root, 'hook-ran'))).toBe(false);
});

test('the first push is made once, whoever comes second', async () => {
  const git = bare();
  await git.init(folder);
  const head = await git.commit(folder, { ...first, author });
  await git.setOrigin(folder, remote.url);
  expect(await git.pushFirst(folder, remote)).toBe('pushed');
  expect(ask('rev-parse', 'origin/main')).toBe(head);
  expect(ask('rev-parse', '--abbrev-ref', 'main@{upstream}')).toBe('origin/main');
  const second = join(root, 'second');
  mkdirSync(second);
  writeFileSync(join(second, 'README.md'), 'other');
  await git.init(second);
  await git.commit(second, { paths: ['README.md'], executables: [], message: 'Other', author });
  await git.setOrigin(second, remote.url);
  expect(await git.pushFirst(second, remote)).toBe('refused');
  expect(execFileSync('git', ['-C', join(root, 'remote.git'), 'rev-parse', 'main'], { encoding: 'utf8' }).trim()).toBe(
    head,
  );
});

test('fetches, and reads files at a revision', async () => {
  const git = bare();
  await git.init(folder);
  await git.commit(folder, { ...first, author });
  await git.setOrigin(folder, remote.url);
  await git.pushFirst(folder, remote);
  writeFileSync(join(folder, 'README.md'), 'edited');
  await git.fetch(folder, 'main', remote);
  expect(await git.findText(folder, 'origin/main', 'README.md')).toBe('# model\n');
  expect(await git.findText(folder, 'origin/main', 'nothing')).toBeUndefined();
  expect(await git.status(folder)).toEqual(['README.md']);
});

test('the credential is in no file of the clone', async () => {
  const git = bare();
  await git.init(folder);
  await git.commit(folder, { ...first, author });
  await git.setOrigin(folder, remote.url);
  await git.pushFirst(folder, remote);
  expect(readFileSync(join(folder, '.git/config'), 'utf8')).not.toContain('c2VjcmV0');
  expect(() => execFileSync('grep', ['-r', 'c2VjcmV0', folder])).toThrow(expect.objectContaining({ status: 1 }));
});

test('knows its head wherever git keeps it', async () => {
  const git = bare();
  await git.init(folder);
  const head = await git.commit(folder, { ...first, author });
  ask('pack-refs', '--all');
  expect(existsSync(join(folder, '.git/refs/heads/main'))).toBe(false);
  expect(await git.findClone(folder)).toEqual({ head });
  ask('switch', '--quiet', '--detach');
  expect(await git.findClone(folder)).toEqual({ head });
  const tree = join(root, 'tree');
  ask('worktree', 'add', '--quiet', tree, 'main');
  expect(await git.findClone(tree)).toEqual({ head });
});

test('a repository around the project does not answer for it', async () => {
  execFileSync('git', ['init', '--quiet', root]);
  expect(await bare().findClone(folder)).toBeUndefined();
  mkdirSync(join(folder, '.git'));
  expect(await bare().findClone(folder), 'a folder of that name is no clone').toBeUndefined();
});

test('no answer from the remote is told as such', async () => {
  const git = bare();
  await git.init(folder);
  await git.commit(folder, { ...first, author });
  const gone = { url: 'http://127.0.0.1:9/x', authorization: 'Basic c2VjcmV0' };
  await git.setOrigin(folder, gone.url);
  await expect(git.pushFirst(folder, gone)).rejects.toMatchObject({ code: 'unreachable' });
});

test('knows its branch, and what that branch changed since it left main', async () => {
  const git = bare();
  await git.init(folder);
  await git.commit(folder, { ...first, author });
  expect(await git.findBranch(folder)).toBe('main');
  ask('switch', '--quiet', '-c', 'feature/été');
  expect(await git.findBranch(folder)).toBe('feature/été');
  expect(await git.listChanged(folder, 'main')).toEqual([]);
  ask('rm', '--quiet', 'README.md');
  writeFileSync(join(folder, 'a b é.txt'), 'new\n');
  await git.commit(folder, { paths: ['a b é.txt'], executables: [], message: 'Change', author });
  expect(await git.listChanged(folder, 'main')).toEqual(['README.md', 'a b é.txt']);
  ask('switch', '--quiet', '--detach');
  expect(await git.findBranch(folder)).toBeUndefined();
});

test('a machine without git is told so, and a folder that is gone is another matter', async () => {
  const without = makeGit({ PATH: join(root, 'nothing') });
  await expect(without.init(folder)).rejects.toMatchObject({ hint: { en: expect.stringContaining('git-scm.com') } });
  await expect(without.push(folder, 'main', remote)).rejects.toMatchObject({
    hint: { en: expect.stringContaining('git-scm.com') },
  });
  await expect(bare().init(join(root, 'gone'))).rejects.toMatchObject({ code: 'failed', hint: undefined });
});

test('git’s words are told apart, so it speaks English whatever the person’s language', async () => {
  const spy = join(root, 'bin');
  mkdirSync(spy);
  writeFileSync(join(spy, 'git'), '#!/bin/sh\necho "$LC_ALL"\n', { mode: 0o755 });
  const asked = makeGit({ PATH: `${spy}:${process.env.PATH}`, LC_ALL: 'fr_FR.UTF-8' });
  expect(await asked.findBranch(folder)).toBe('C');
});
