import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireTool } from '../../../../test/require-tool.ts';
import { startTestWorkspace, type TestWorkspace } from './test-workspace.ts';

const HEADER = '# Databricks notebook source\n';

/** Makes the smallest package that pip takes, without the network. */
const MAKE_WHEEL = `
import sys, zipfile
name, version, path = sys.argv[1:]
info = f"{name}-{version}.dist-info"
with zipfile.ZipFile(path, "w") as wheel:
    wheel.writestr(f"{name}.py", f"VERSION = {version!r}\\n")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
`;

requireTool('python3')('a task gets the libraries that it names', () => {
  let workspace: TestWorkspace;
  let aside: string;
  const before = process.env.XDG_CACHE_HOME;
  beforeAll(async () => {
    aside = mkdtempSync(join(tmpdir(), 'libraries-'));
    process.env.XDG_CACHE_HOME = join(aside, 'cache');
    for (const name of ['alpha', 'beta']) {
      execFileSync('python3', ['-c', MAKE_WHEEL, name, '1.0', join(aside, `${name}-1.0-py3-none-any.whl`)]);
    }
    workspace = await startTestWorkspace();
    await workspace.call('POST', '/api/2.0/workspace/mkdirs', { path: '/Shared/p/requirements' });
  });
  afterAll(async () => {
    await workspace.stop();
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    rmSync(aside, { recursive: true, force: true });
  });

  const put = (path: string, text: string) => {
    const content = Buffer.from(text).toString('base64');
    return workspace.call('POST', '/api/2.0/workspace/import', { path, content, format: 'AUTO', overwrite: true });
  };
  const get = async (verb: string, id: number) =>
    (await workspace.call('GET', `/api/2.2/jobs/runs/${verb}?run_id=${id}`)).body;
  const submit = async (task: object, more: object = {}): Promise<number> => {
    const notebook_task = { notebook_path: '/Shared/p/main' };
    const body = { run_name: 'r', tasks: [{ task_key: 't', notebook_task, ...task }], ...more };
    return (await workspace.call('POST', '/api/2.2/jobs/runs/submit', body)).body.run_id;
  };
  const readLog = (id: number) => {
    const path = join(workspace.folder, 'runs', `${id}.log`);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const wait = async (id: number) => {
    await expect.poll(async () => (await get('get', id)).status.state, { timeout: 120_000 }).toBe('TERMINATED');
    const run = await get('get', id);
    const { run_id } = run.tasks[0];
    return {
      ...run.status.termination_details,
      result: (await get('get-output', run_id)).notebook_output?.result,
      log: readLog(run_id),
    };
  };
  const cluster = (spark_version: string) => ({
    new_cluster: { spark_version, node_type_id: 'n', num_workers: 0 },
  });
  const FILE = { requirements: '/Workspace/Shared/p/requirements/train.txt' };

  test('of a file and of those that it includes, once for two runs at a time', async () => {
    await put(
      '/Shared/p/main.py',
      `${HEADER}import sys, alpha, beta\ndbutils.notebook.exit(sys.prefix + alpha.VERSION)\n`,
    );
    await put('/Shared/p/requirements/base.txt', `beta @ file://${aside}/beta-1.0-py3-none-any.whl\n`);
    await put(
      '/Shared/p/requirements/train.txt',
      `# What training needs.\n--no-index\n-r base.txt\nalpha @ file://${aside}/alpha-1.0-py3-none-any.whl  # a wheel\n`,
    );
    const first = await submit({ libraries: [FILE] });
    const environments = [
      { environment_key: 'e', spec: { environment_version: '4', dependencies: [`-r ${FILE.requirements}`] } },
    ];
    const second = await submit({ environment_key: 'e' }, { environments });
    expect((await get('get', first)).status.state).toBe('PENDING');
    const [one, other] = [await wait(first), await wait(second)];
    expect(one.code, one.log).toBe('SUCCESS');
    expect(one.result).toMatch(/\/cache\/create-mlops-model\/venvs\/[0-9a-f]{16}1\.0$/);
    expect(other.result).toBe(one.result);
    const made = readdirSync(join(aside, 'cache/create-mlops-model/venvs'));
    expect(made).toHaveLength(1);
    // What a task does not name is not there: a notebook that forgot a requirement fails here too.
    const without = await wait(await submit({}));
    expect(without.code).toBe('RUN_EXECUTION_ERROR');
  }, 180_000);

  test.each([
    [
      'a package that there is not',
      '--no-index\nno-such-package==0\n',
      FILE,
      'No matching distribution found for no-such-package==0',
    ],
    [
      'a file that is not there',
      '-r missing.txt\n',
      FILE,
      'requirements file /Workspace/Shared/p/requirements/missing.txt',
    ],
    ['a kind that is not installed here', '', { maven: { coordinates: 'a:b:1' } }, 'not maven'],
  ])('or the run says why not: %s', async (_what, text, library, message) => {
    await put('/Shared/p/requirements/train.txt', text);
    await put('/Shared/p/main.py', `${HEADER}x = 1\n`);
    const ended = await wait(await submit({ libraries: [library] }));
    expect(ended.code).toBe('LIBRARY_INSTALLATION_ERROR');
    expect(ended.message).toContain(message);
  });

  test('with the Python nearest to the runtime’s, and the log says so', async () => {
    await put('/Shared/p/main.py', `${HEADER}import sys\ndbutils.notebook.exit(str(sys.version_info[1]))\n`);
    const ended = await wait(await submit(cluster('15.4.x-cpu-ml-scala2.12')));
    const isThere = ended.result === '11';
    expect(ended.log.includes('The runtime has Python 3.11.')).toBe(!isThere);
    const newest = await wait(await submit(cluster('99.1.x-scala2.13')));
    expect(newest.code).toBe('SUCCESS');
  });
});
