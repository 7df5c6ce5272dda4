import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Ran, runProduct, startProduct, toEnvironment } from '../e2e/product.ts';
import { run } from './run.ts';

const VARIABLES = 'pipelines/variables.yml';
const DEVCONTAINER = '.devcontainer/devcontainer.json';
const AUTHOR = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@b.test',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@b.test',
};

let root: string;
let pristine: string;
let project: string;
let count = 0;

const product = (...args: string[]): Promise<Ran> =>
  runProduct(args, { cwd: project, home: join(root, 'home'), env: AUTHOR });
const update = (...args: string[]) => product('update', ...args);
const here = async (...args: string[]) => {
  const ran = await update('--conflict=markers', '--json', ...args);
  return { ...ran, document: JSON.parse(ran.stdout) };
};
const git = (...args: string[]) => run('git', args, project, toEnvironment(join(root, 'home'), AUTHOR));
const read = (path: string) => readFileSync(join(project, path), 'utf8');
const write = (path: string, text: string | Buffer) => {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
};
const commit = () => {
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Work');
};
/** Something new for the generated files, in the manifest of the project. */
const change = () => write('mlops.yaml', read('mlops.yaml').replace(/^python:.*$/m, "python: '3.13'"));
const readTree = () => git('status', '--porcelain') + git('diff');

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'update-worktree-'));
  const created = await runProduct(['create', 'pristine', '--yes', '--files-only'], {
    cwd: root,
    home: join(root, 'home'),
    env: AUTHOR,
  });
  if (created.exitCode !== 0) throw new Error(created.stderr);
  pristine = join(root, 'pristine');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  project = join(root, `project-${count++}`);
  run('git', ['clone', '--quiet', pristine, project], root, toEnvironment(join(root, 'home'), AUTHOR));
});

describe('into the working tree', () => {
  test('written, looked at, and taken back', async () => {
    change();
    commit();
    expect(await update('--check')).toMatchObject({ exitCode: 5 });
    const dry = await here('--dry-run');
    expect(dry).toMatchObject({ exitCode: 0, document: { status: 'dry-run', conflicts: 0 } });
    expect(readTree()).toBe('');
    expect(await here()).toMatchObject({ exitCode: 0, document: { status: 'written' } });
    expect(read(VARIABLES)).toContain("PYTHON_VERSION: '3.13'");
    expect(await update('--check')).toMatchObject({ exitCode: 0 });
    expect(await update('--undo')).toMatchObject({ exitCode: 0 });
    expect(readTree()).toBe('');
    expect(await update('--undo')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('No update') });
  });

  test('conflicts are marks, are never passed over, and end with 3', async () => {
    write(VARIABLES, read(VARIABLES).replace("PYTHON_VERSION: '3.12'", "PYTHON_VERSION: '3.11'"));
    change();
    commit();
    const ran = await here();
    expect(ran).toMatchObject({ exitCode: 3, document: { conflicts: 1, status: 'written' } });
    expect(read(VARIABLES)).toContain("<<<<<<< yours\n  PYTHON_VERSION: '3.11'\n");
    commit();
    const again = await here();
    expect(again).toMatchObject({ exitCode: 3, document: { status: 'unchanged' } });
    expect(again.document.files).toContainEqual({ path: VARIABLES, action: 'conflict', reason: 'unresolved' });
  });

  test('a file under another name, in other capitals or elsewhere, is followed', async () => {
    git('mv', VARIABLES, 'pipelines/Variables.yml');
    git('mv', DEVCONTAINER, 'devcontainer-of-ours.json');
    change();
    commit();
    expect(await here()).toMatchObject({ exitCode: 0, document: { conflicts: 0 } });
    expect(read('pipelines/Variables.yml')).toContain("PYTHON_VERSION: '3.13'");
    expect(read('devcontainer-of-ours.json')).toContain('python:3.13');
    commit();
    expect((await product('status', '--files')).stdout).toMatch(/^ +devcontainer-of-ours\.json {2}as generated$/m);
  });

  test('what is no text stays, is named, and hinders nothing else', async () => {
    rmSync(join(project, VARIABLES));
    symlinkSync('../README.md', join(project, VARIABLES));
    write(DEVCONTAINER, Buffer.from([0x7b, 0, 0xff]));
    change();
    commit();
    const { document, exitCode } = await here();
    expect(exitCode).toBe(3);
    expect(document.files.filter(({ action }: { action: string }) => action === 'conflict')).toEqual([
      { path: DEVCONTAINER, action: 'conflict', reason: 'not-text' },
      { path: VARIABLES, action: 'conflict', reason: 'not-text' },
    ]);
    expect(readFileSync(join(project, DEVCONTAINER))).toEqual(Buffer.from([0x7b, 0, 0xff]));
  });

  test('a pointer of Git LFS and French in Windows-1252 are not read as text', async () => {
    write(DEVCONTAINER, 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n');
    const latin = Buffer.concat([Buffer.from(read(VARIABLES)), Buffer.from('# d\xe9ploiement\n', 'latin1')]);
    write(VARIABLES, latin);
    change();
    commit();
    expect((await here()).document.conflicts).toBe(2);
    expect(readFileSync(join(project, VARIABLES))).toEqual(latin);
  });

  test('a shallow clone is enough', async () => {
    change();
    commit();
    const deep = project;
    project = `${deep}-shallow`;
    run(
      'git',
      ['clone', '--quiet', '--depth', '1', `file://${deep}`, project],
      root,
      toEnvironment(join(root, 'home'), AUTHOR),
    );
    expect(await here()).toMatchObject({ exitCode: 0, document: { status: 'written' } });
  });
});

describe('is refused, with the way out and nothing written', () => {
  const cases: readonly [string, () => void, number, string][] = [
    [
      'an edited lock',
      () =>
        write(
          'mlops.lock',
          read('mlops.lock')
            .replace(/"sha256":"./, '"sha256":"0')
            .replace(/"sha256":"0./, '"sha256":"00'),
        ),
      3,
      'do not agree',
    ],
    [
      'an edited base',
      () => write('.mlops/base.jsonl', read('.mlops/base.jsonl').replace('PYTHON_VERSION', 'PYTHON')),
      3,
      'do not agree',
    ],
    [
      'marks in the base',
      () => write('.mlops/base.jsonl', `<<<<<<< HEAD\n${read('.mlops/base.jsonl')}`),
      3,
      'cannot be read',
    ],
    ['no lock', () => rmSync(join(project, 'mlops.lock')), 2, 'mlops.lock is missing'],
    ['no base', () => rmSync(join(project, '.mlops/base.jsonl')), 2, '.mlops/base.jsonl is missing'],
    [
      'a newer lock',
      () => write('mlops.lock', read('mlops.lock').replace(/"generator": "[^"]*"/, '"generator": "99.0.0"')),
      2,
      'npx create-mlops-model@99.0.0',
    ],
    ['no manifest that can be read', () => write('mlops.yaml', 'version: 1\nmodel: {}\n'), 2, 'mlops.yaml:'],
  ];
  test.each(cases)('%s', async (_, spoil, exitCode, words) => {
    spoil();
    commit();
    for (const way of ['--conflict=markers', '--check']) {
      expect(await update(way)).toMatchObject({ exitCode, stderr: expect.stringContaining(words) });
    }
    expect(readTree()).toBe('');
  });

  test('work that is not committed, and a merge that is not finished', async () => {
    write('notes.txt', 'mine');
    expect(await update('--conflict=markers')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('notes.txt'),
    });
    commit();
    git('branch', 'other', 'HEAD~1');
    git('checkout', '--quiet', 'other');
    write('notes.txt', 'theirs');
    commit();
    try {
      git('merge', '--quiet', 'main');
    } catch {}
    expect(await update('--conflict=markers')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('MERGE_HEAD'),
    });
  });

  test('a folder that is no repository, and flags that exclude each other', async () => {
    rmSync(join(project, '.git'), { recursive: true });
    expect(await update('--conflict=markers')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no Git repository'),
    });
    expect(await update('--check')).toMatchObject({ exitCode: 0 });
    expect(await update('--check', '--undo')).toMatchObject({ exitCode: 2 });
  });
});

describe('whose a file is', () => {
  test('taken over, left alone, and given back', async () => {
    write(VARIABLES, read(VARIABLES).replace("PYTHON_VERSION: '3.12'", "PYTHON_VERSION: '3.11'"));
    expect(await product('own', VARIABLES)).toMatchObject({ exitCode: 0 });
    change();
    commit();
    expect(await here()).toMatchObject({ exitCode: 0, document: { conflicts: 0 } });
    expect(read(VARIABLES)).toContain("PYTHON_VERSION: '3.11'");
    expect(await product('own', VARIABLES, '--give-back')).toMatchObject({ exitCode: 0 });
    commit();
    expect((await product('status')).stdout).toContain(`${VARIABLES}  edited`);
    write('mlops.yaml', read('mlops.yaml').replace(/^python:.*$/m, "python: '3.12'"));
    commit();
    expect((await here()).document.files).toContainEqual({
      path: VARIABLES,
      action: 'conflict',
      reason: 'both-changed',
    });
  });

  test('a file that is none of ours, or always theirs', async () => {
    expect(await product('own', 'pipelines/variable.yml')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`Did you mean ${VARIABLES}?`),
    });
    expect(await product('own', 'README.md', '--give-back')).toMatchObject({ exitCode: 2 });
    expect(readTree()).toBe('');
  });

  test('no more updates after --eject', async () => {
    expect(await update('--eject')).toMatchObject({ exitCode: 0 });
    expect(git('status', '--porcelain')).toBe(' D .mlops/base.jsonl\n D mlops.lock\n');
    commit();
    expect(await update('--check')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--eject') });
  });
});

test('killed at 25 moments, it goes on or goes back', { timeout: 180_000 }, async () => {
  change();
  commit();
  const start = performance.now();
  await here();
  const length = performance.now() - start;
  git('add', '--all');
  const fresh = git('write-tree');
  git('reset', '--quiet', '--hard');
  const old = git('rev-parse', 'HEAD^{tree}');
  for (let moment = 0; moment < 25; moment++) {
    const running = startProduct(['update', '--conflict=markers'], {
      cwd: project,
      home: join(root, 'home'),
      env: AUTHOR,
    });
    // Most of a run is start and rendering; the writing is at its end.
    await delay(length * (0.5 + moment / 40));
    running.child.kill('SIGKILL');
    await running.ended;
    const way = moment % 2 === 0 ? '--conflict=markers' : '--undo';
    const settled = await update(way);
    expect([0, 2], settled.stderr).toContain(settled.exitCode);
    git('add', '--all');
    expect([old, fresh]).toContain(git('write-tree'));
    git('reset', '--quiet', '--hard');
  }
});
