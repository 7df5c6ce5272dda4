import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireTool } from '../require-tool.ts';
import { type OwnSandbox, startOwnSandbox, type Who } from './own-sandbox.ts';
import { PRODUCT, PRODUCT_NODE, toEnvironment } from './product.ts';
import { makePythonAtHand } from './project-environment.ts';
import { openTerminalSession } from './terminal-session.ts';

const MODEL = 'wind-chill';
const REPOSITORY = `mlops/_apis/git/repositories/${MODEL}`;

interface Line {
  readonly name: string;
  readonly status: string;
  readonly text: string;
}

requireTool('python3')('a new member', () => {
  let sandbox: OwnSandbox;
  let work: string;
  let programs: string;
  let url: string;
  beforeAll(async () => {
    sandbox = await startOwnSandbox();
    work = join(sandbox.root, 'work');
    const created = await sandbox.run(['create', MODEL, '--yes', '--target', 'sandbox'], work, 'you');
    url = /repository:\S+ {2}(http\S+)/.exec(created.stdout)?.[1] ?? '';
    programs = join(sandbox.root, 'programs');
    await makePythonAtHand(join(work, MODEL), programs, ['python3.12']);
    // What is printed begins with npx, and has to work as it is printed.
    writeFileSync(join(programs, 'npx'), `#!/bin/sh\nshift\nexec '${PRODUCT_NODE}' '${PRODUCT}' "$@"\n`);
    chmodSync(join(programs, 'npx'), 0o755);
  }, 300_000);
  afterAll(() => sandbox?.stop());

  /** A few of the project's tests: all of them run with the generated project's own. */
  const some = { PYTEST_ADDOPTS: '-k schema' };
  const environment = () => ({ PATH: `${programs}:${process.env.PATH}`, ...some });
  const join_ = (args: readonly string[], folder: string, who: Who = 'colleague', more: Record<string, string> = {}) =>
    sandbox.run(['join', ...args], join(work, folder), who, { ...environment(), ...more });
  const failuresOf = (stdout: string) =>
    (JSON.parse(stdout) as { findings: readonly Line[] }).findings.filter(({ status }) => status === 'fail');
  /** What others see: branches but one's own, definitions, policies, jobs, the shared folders. */
  const readShared = async () => {
    const { value: refs } = await sandbox.devOps('GET', `${REPOSITORY}/refs`);
    const { value: definitions } = await sandbox.devOps('GET', 'mlops/_apis/build/definitions');
    const { value: policies } = await sandbox.devOps('GET', 'mlops/_apis/policy/configurations');
    const { value: groups } = await sandbox.devOps('GET', 'mlops/_apis/distributedtask/variablegroups');
    const { jobs } = await sandbox.workspace('GET', 'api/2.2/jobs/list?expand_tasks=true');
    const shared = await sandbox.workspace('GET', `api/2.0/workspace/list?path=/Shared/mlops/${MODEL}`);
    const { object_id: id } = await sandbox.workspace(
      'GET',
      `api/2.0/workspace/get-status?path=/Shared/mlops/${MODEL}/main`,
    );
    const main = await sandbox.workspace('GET', `api/2.0/repos/${id}`);
    const { value: pullRequests } = await sandbox.devOps('GET', `${REPOSITORY}/pullrequests?searchCriteria.status=all`);
    const others = refs.filter(
      ({ name }: { name: string }) => !/^refs\/heads\/(users|feature)\/|^refs\/pull\//.test(name),
    );
    return { others, definitions, policies, groups, jobs, shared, main, pullRequests };
  };

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
      const refused = await join_(args, 'refused');
      expect(refused, args.join(' ')).toMatchObject({ exitCode, stderr: expect.stringContaining(words) });
    }
    await sandbox.devOps('POST', 'mlops/_apis/git/repositories', { name: 'not-a-model' });
    for (const [other, exitCode, words] of [
      [url.replace(MODEL, 'nothing'), 4, 'There is no repository nothing'],
      [url.replace('/mlops/', '/elsewhere/'), 1, 'There is no project "elsewhere"'],
      [url.replace(MODEL, 'not-a-model'), 1, 'holds no mlops.yaml on main'],
    ] as const) {
      const refused = await join_([other, '--json'], 'refused');
      expect(refused.exitCode, other).toBe(exitCode);
      expect(failuresOf(refused.stdout)).toEqual([expect.objectContaining({ text: expect.stringContaining(words) })]);
    }
    const wrong = await join_([url, '--json'], 'refused', 'colleague', { AZURE_DEVOPS_EXT_PAT: 'not-one' });
    expect(wrong.exitCode).toBe(4);
    expect(failuresOf(wrong.stdout).map(({ name }) => name)).toEqual(['azure-devops']);
    expect(existsSync(join(work, 'refused', MODEL))).toBe(false);
  });

  test('who may only read gets all but a place of one’s own', { timeout: 120_000 }, async () => {
    const before = await readShared();
    const reader = await join_([url, '--json'], 'of-reader', 'reader');
    expect(reader.exitCode).toBe(4);
    expect(failuresOf(reader.stdout).map(({ name }) => name)).toEqual([
      'push',
      'create-branch',
      'pull-request',
      'queue-builds',
    ]);
    expect(JSON.parse(reader.stdout)).not.toHaveProperty('gitFolder');
    expect(existsSync(join(work, 'of-reader', MODEL, '.venv/bin/python'))).toBe(true);
    expect(await readShared()).toEqual(before);
  });

  test('killed half-way, it goes on; twice is once', { timeout: 120_000 }, async () => {
    const dry = await join_([url, '--dry-run'], 'of-you', 'you');
    expect(dry).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing was cloned or made') });
    const clone = join(work, 'of-you', MODEL);
    expect(existsSync(clone)).toBe(false);
    const git = (...args: string[]) => sandbox.git(join(work, 'of-you'), args, 'you');
    // As a clone looks whose git was killed while it wrote the files: references are there, the index is not.
    await git('clone', '--quiet', '--no-checkout', url, clone);
    rmSync(join(clone, '.git/index'), { force: true });
    writeFileSync(join(clone, '.git/index.lock'), '');
    writeFileSync(join(clone, 'README.md'), 'half a fi');
    const went = JSON.parse((await join_([url, '--json'], 'of-you', 'you')).stdout);
    expect(went).toMatchObject({
      exitCode: 0,
      branch: 'users/you-sandbox-test',
      gitFolder: `/Users/you@sandbox.test/${MODEL}`,
    });
    expect((await sandbox.git(clone, ['status', '--porcelain'], 'you')).stdout).toBe('');
    await sandbox.control('DELETE', 'requests');
    const again = await join_([url], 'of-you', 'you');
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Clone, there already') });
    const writes = (await sandbox.requests()).filter(
      ({ method, path }) =>
        /POST|PATCH|DELETE|PUT/.test(method) && !/permissionevaluationbatch|_sandbox|upload-pack/i.test(path),
    );
    expect(writes).toEqual([]);
  });

  test.each(['en', 'fr'] as const)(
    'from the URL to a merged pull request, in %s',
    { timeout: 400_000 },
    async (lang) => {
      const home = join(sandbox.root, `home-${lang}`);
      const folder = join(work, `session-${lang}`);
      for (const each of [home, folder]) mkdirSync(each, { recursive: true });
      const before = await readShared();
      const token = sandbox.tokenOf('colleague');
      const person = openTerminalSession(
        folder,
        toEnvironment(home, {
          ...environment(),
          MLOPS_SANDBOX_HOME: sandbox.home,
          AZURE_DEVOPS_EXT_PAT: token,
          DATABRICKS_TOKEN: token,
          LANG: `${lang}_CA.UTF-8`,
        }),
      );
      try {
        const joined = await person.run(`npx create-mlops-model@0 join ${url}`);
        expect(joined).toMatchObject({ exitCode: 0 });
        expect(joined.screen).toContain(lang === 'en' ? 'You are in.' : 'Vous y êtes.');
        const [, next = ''] = /(npx \S+ feature start) <name>/.exec(joined.screen) ?? [];
        expect(await person.run(`cd ${join(folder, MODEL)}`)).toMatchObject({ exitCode: 0 });
        const started = await person.run(`${next} demo`);
        expect(started).toMatchObject({ exitCode: 0 });
        expect(started.screen).toContain(
          lang === 'en' ? 'This clone is on feature/demo now.' : 'maintenant sur feature/demo.',
        );
        await person.run(`echo '# In ${lang}.' >> notebooks/model_train.py`);
        expect(await person.run('git commit --quiet --all --message "A thought"')).toMatchObject({ exitCode: 0 });
        // Until now, nothing that others see has changed.
        expect(await readShared()).toEqual(before);

        const finished = await person.run('npx create-mlops-model@0 feature finish');
        expect(finished.exitCode).toBe(0);
        expect(finished.screen).toContain(`- ${MODEL}-ci`);
        const [open] = (await sandbox.devOps('GET', `${REPOSITORY}/pullrequests`)).value;
        expect(open).toMatchObject({
          sourceRefName: 'refs/heads/feature/demo',
          createdBy: { uniqueName: 'colleague@sandbox.test' },
        });
        const { value: commits } = await sandbox.devOps(
          'GET',
          `${REPOSITORY}/commits?searchCriteria.itemVersion.version=feature/demo`,
        );
        expect(commits[0].author).toMatchObject({ name: 'Colleague', email: 'colleague@sandbox.test' });
      } finally {
        await person.end();
      }
    },
  );
});
