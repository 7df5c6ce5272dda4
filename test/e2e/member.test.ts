import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireTool } from '../require-tool.ts';
import { type MemberWorld, playMemberSession, readShared, startMemberWorld } from './member-world.ts';
import type { OwnSandbox, Who } from './own-sandbox.ts';
import { startProduct } from './product.ts';

interface Line {
  readonly name: string;
  readonly status: string;
  readonly text: string;
  readonly fix?: string;
}

requireTool('python3')('a new member', () => {
  let world: MemberWorld;
  let sandbox: OwnSandbox;
  let work: string;
  let url: string;
  beforeAll(async () => {
    world = await startMemberWorld('wind-chill');
    ({ sandbox, work, url } = world);
  }, 300_000);
  afterAll(() => sandbox?.stop());

  const joinAs = (args: readonly string[], folder: string, who: Who = 'colleague', more: Record<string, string> = {}) =>
    sandbox.run(['join', ...args], join(work, folder), who, { ...world.machine, ...more });
  const failuresOf = (stdout: string) =>
    (JSON.parse(stdout) as { findings: readonly Line[] }).findings.filter(({ status }) => status === 'fail');
  test('what cannot be joined is said before anything is written', { timeout: 60_000 }, async () => {
    mkdirSync(join(work, 'refused/full'), { recursive: true });
    writeFileSync(join(work, 'refused/full/notes.txt'), 'mine');
    for (const [args, exitCode, words] of [
      [[], 2, 'URL is missing'],
      [['wind-chill'], 2, 'is not a repository’s URL'],
      [['git@ssh.dev.azure.com:v3/contoso/ml/ice-jam'], 2, 'https://dev.azure.com/contoso/ml/_git/ice-jam'],
      [[url, 'full'], 2, 'holds other things'],
      [[url.replace(/:\d+\//, ':9/')], 2, 'but your sandbox answers at'],
    ] as const) {
      const refused = await joinAs(args, 'refused');
      expect(refused, args.join(' ')).toMatchObject({ exitCode, stderr: expect.stringContaining(words) });
    }
    await makeRepository(sandbox, 'not-a-model');
    for (const [other, exitCode, words] of [
      [url.replace('wind-chill', 'nothing'), 4, 'There is no repository nothing'],
      [url.replace('/mlops/', '/elsewhere/'), 1, 'There is no project "elsewhere"'],
      [url.replace('wind-chill', 'not-a-model'), 1, 'holds no mlops.yaml on main'],
    ] as const) {
      const refused = await joinAs([other, '--json'], 'refused');
      expect(refused.exitCode, other).toBe(exitCode);
      expect(failuresOf(refused.stdout)).toEqual([expect.objectContaining({ text: expect.stringContaining(words) })]);
    }
    // What a newer version would have written, in a repository that any version may read.
    const newer = join(work, 'newer');
    const { cloneUrl } = await makeRepository(sandbox, 'of-tomorrow');
    await sandbox.git(work, ['clone', '--quiet', url, newer], 'administrator');
    const lock = readFileSync(join(newer, 'mlops.lock'), 'utf8');
    writeFileSync(join(newer, 'mlops.lock'), lock.replace(/"generator": "[^"]*"/, '"generator": "99.0.0"'));
    await sandbox.git(newer, ['commit', '--quiet', '--all', '--message', 'Tomorrow'], 'administrator');
    await sandbox.git(newer, ['push', '--quiet', cloneUrl, 'main'], 'administrator');
    const tomorrow = await joinAs([cloneUrl, '--json'], 'refused');
    expect(tomorrow.exitCode).toBe(1);
    expect(failuresOf(tomorrow.stdout)).toEqual([
      expect.objectContaining({ fix: expect.stringContaining('npx create-mlops-model@99.0.0') }),
    ]);
    const wrong = await joinAs([url, '--json'], 'refused', 'colleague', { AZURE_DEVOPS_EXT_PAT: 'not-one' });
    expect(wrong.exitCode).toBe(4);
    expect(failuresOf(wrong.stdout).map(({ name }) => name)).toEqual(['azure-devops']);
    expect(existsSync(join(work, 'refused', world.model))).toBe(false);
  });

  test('who may only read gets all but a place of one’s own', { timeout: 120_000 }, async () => {
    const before = await readShared(world);
    const reader = await joinAs([url, '--json'], 'of-reader', 'reader');
    expect(reader.exitCode).toBe(4);
    expect(failuresOf(reader.stdout).map(({ name }) => name)).toEqual([
      'push',
      'create-branch',
      'pull-request',
      'queue-builds',
    ]);
    expect(JSON.parse(reader.stdout)).not.toHaveProperty('gitFolder');
    expect(existsSync(join(work, 'of-reader', world.model, '.venv/bin/python'))).toBe(true);
    expect(await readShared(world)).toEqual(before);
  });

  test('killed half-way, it goes on; twice is once', { timeout: 120_000 }, async () => {
    const dry = await joinAs([url, '--dry-run'], 'of-you', 'you');
    expect(dry).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing was cloned or made') });
    const clone = join(work, 'of-you', world.model);
    expect(existsSync(clone)).toBe(false);
    const git = (...args: string[]) => sandbox.git(join(work, 'of-you'), args, 'you');
    // As a clone looks whose git was killed while it wrote the files: references are there, the index is not.
    await git('clone', '--quiet', '--no-checkout', url, clone);
    rmSync(join(clone, '.git/index'), { force: true });
    writeFileSync(join(clone, '.git/index.lock'), '');
    writeFileSync(join(clone, 'README.md'), 'half a fi');
    const went = JSON.parse((await joinAs([url, '--json'], 'of-you', 'you')).stdout);
    expect(went).toMatchObject({
      exitCode: 0,
      branch: 'users/you-sandbox-test',
      gitFolder: `/Users/you@sandbox.test/${world.model}`,
    });
    expect((await sandbox.git(clone, ['status', '--porcelain'], 'you')).stdout).toBe('');
    await sandbox.control('DELETE', 'requests');
    const again = await joinAs([url], 'of-you', 'you');
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Clone, there already') });
    const writes = (await sandbox.requests()).filter(
      ({ method, path }) =>
        /POST|PATCH|DELETE|PUT/.test(method) && !/permissionevaluationbatch|_sandbox|upload-pack/i.test(path),
    );
    expect(writes).toEqual([]);
  });

  test('Ctrl-C while Python is set up ends what runs; again, it goes on', { timeout: 120_000 }, async () => {
    const slow = join(sandbox.root, 'slow');
    const pid = join(slow, 'pid');
    mkdirSync(slow);
    const programs = world.machine.PATH?.split(':')[0];
    for (const name of ['python3.11', 'python3.12', 'python3.13', 'python3']) {
      const wait = `[ "$1" = scripts/setup.py ] && { echo $$ > '${pid}'; exec sleep 300; }`;
      writeFileSync(join(slow, name), `#!/bin/sh\n${wait}\nexec '${programs}/${name}' "$@"\n`, { mode: 0o755 });
    }
    const folder = join(work, 'of-impatient');
    const environment = { ...world.machine, PATH: `${slow}:${world.machine.PATH}` };
    const { child, ended } = startProduct(['join', url], sandbox.options(folder, 'colleague', environment));
    await expect.poll(() => existsSync(pid), { timeout: 60_000 }).toBe(true);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ exitCode: 130, stdout: expect.stringContaining('goes on where it stopped') });
    expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH');
    const again = await joinAs([url], 'of-impatient');
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Clone, there already') });
  });

  test.each(['en', 'fr'] as const)(
    'from the URL to a merged pull request, in %s',
    { timeout: 240_000 },
    async (lang) => {
      // Another model each time: after a merge its pipelines are at work for minutes.
      const own = await startMemberWorld(`thaw-${lang}`);
      try {
        // What main demands takes minutes too; `test/long` has the same with it.
        for (const { id, type } of (await own.sandbox.devOps('GET', 'mlops/_apis/policy/configurations')).value) {
          if (type.displayName !== 'Build') continue;
          await own.sandbox.devOps('DELETE', `mlops/_apis/policy/configurations/${id}`);
        }
        await playMemberSession(own, lang, async () => undefined);
      } finally {
        await own.sandbox.stop();
      }
    },
  );
});

/** An empty repository, with the address that it is cloned from. */
async function makeRepository(sandbox: OwnSandbox, name: string): Promise<{ readonly cloneUrl: string }> {
  const { remoteUrl } = await sandbox.devOps('POST', 'mlops/_apis/git/repositories', { name });
  return { cloneUrl: remoteUrl };
}
