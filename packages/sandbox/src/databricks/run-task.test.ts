import { readdirSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireTool } from '../../../../test/require-tool.ts';
import { isAlive } from './test-processes.ts';
import { startTestWorkspace, type TestWorkspace } from './test-workspace.ts';

const HEADER = '# Databricks notebook source\n';

requireTool('python3')('notebooks run in Python', () => {
  let workspace: TestWorkspace;
  beforeAll(async () => {
    workspace = await startTestWorkspace();
    await workspace.call('POST', '/api/2.0/workspace/mkdirs', { path: '/Shared/run' });
  });
  afterAll(() => workspace.stop());

  const put = (path: string, text: string) => {
    const content = Buffer.from(text).toString('base64');
    return workspace.call('POST', '/api/2.0/workspace/import', { path, content, format: 'AUTO', overwrite: true });
  };
  const submit = async (task: object, more: object = {}) => {
    const body = { run_name: 'r', tasks: [{ task_key: 't', ...task }], ...more };
    return (await workspace.call('POST', '/api/2.2/jobs/runs/submit', body)).body.run_id as number;
  };
  const get = async (verb: string, id: number) =>
    (await workspace.call('GET', `/api/2.2/jobs/runs/${verb}?run_id=${id}`)).body;
  const wait = async (id: number) => {
    await expect.poll(async () => (await get('get', id)).status.state, { timeout: 20_000 }).toBe('TERMINATED');
    const run = await get('get', id);
    return {
      code: run.status.termination_details.code as string,
      message: run.status.termination_details.message as string,
      output: await get('get-output', run.tasks[0].run_id),
      run,
    };
  };
  const runText = async (text: string, more: object = {}) => {
    await put('/Shared/run/main.py', HEADER + text);
    return wait(await submit({ notebook_task: { notebook_path: '/Shared/run/main' }, ...more }));
  };

  test('widgets, modules beside the notebook, and the result', async () => {
    await put('/Shared/run/beside.py', 'def double(x):\n    return 2 * x\n');
    const source = `# MAGIC %md
# MAGIC # Title
# COMMAND ----------
import json, os
from beside import double
dbutils.widgets.text("mode", "full")
dbutils.widgets.dropdown("register", "false", ["true", "false"])
# COMMAND ----------
# MAGIC %pip install something
# COMMAND ----------
values = dbutils.widgets.getAll()
dbutils.notebook.exit(json.dumps({**values, "double": double(21), "é": os.path.basename(os.getcwd())}))
raise SystemError("never reached")
`;
    const base_parameters = { mode: 'test', fraction: '0.05' };
    const { code, output } = await runText(source, {
      notebook_task: { notebook_path: '/Shared/run/main', base_parameters },
    });
    expect(code).toBe('SUCCESS');
    const expected = { mode: 'test', fraction: '0.05', register: 'false', double: 42, é: 'run' };
    expect(JSON.parse(output.notebook_output.result)).toEqual(expected);
  });

  test('job parameters reach the widgets and win over the task’s own', async () => {
    await put(
      '/Shared/run/job.py',
      `${HEADER}dbutils.notebook.exit(dbutils.widgets.get("mode") + dbutils.widgets.get("other"))`,
    );
    const notebook_task = { notebook_path: '/Shared/run/job', base_parameters: { mode: 'own', other: '!' } };
    const settings = { parameters: [{ name: 'mode', default: 'full' }], tasks: [{ task_key: 't', notebook_task }] };
    const { job_id } = (await workspace.call('POST', '/api/2.2/jobs/create', settings)).body;
    const run = { job_id, job_parameters: { mode: 'asked' } };
    const { run_id } = (await workspace.call('POST', '/api/2.2/jobs/run-now', run)).body;
    expect((await wait(run_id)).output.notebook_output.result).toBe('asked!');
  });

  test('an exception fails the run, and the trace shows the notebook only', async () => {
    const { code, output, run } = await runText(
      'def fail():\n    raise ValueError("no luck")\n\n# COMMAND ----------\n\nfail()\n',
    );
    expect(code).toBe('RUN_EXECUTION_ERROR');
    expect(run.state).toMatchObject({ life_cycle_state: 'INTERNAL_ERROR', result_state: 'FAILED' });
    expect(output.error).toBe('ValueError: no luck');
    expect(output.error_trace).toContain('line 3, in fail\n    raise ValueError("no luck")');
    expect(output.error_trace).not.toContain('notebook_runner');
    expect(output.notebook_output).toEqual({});
  });

  test.each([
    ['a syntax error', 'x = = 1\n', 'SyntaxError'],
    ['an unknown widget', 'dbutils.widgets.get("none")\n', 'InputWidgetNotDefined: No input widget named none'],
    ['sys.exit', 'import sys\nsys.exit(0)\n', 'SystemExit: 0'],
    [
      'a cell in another language',
      '# MAGIC %sql\n# MAGIC select 1\n',
      'NotImplementedError: The sandbox does not run %sql',
    ],
    ['a missing module', 'import not_there_at_all\n', "ModuleNotFoundError: No module named 'not_there_at_all'"],
  ])('%s fails the run', async (_what, source, error) => {
    const { code, output } = await runText(source);
    expect(code).toBe('RUN_EXECUTION_ERROR');
    expect(output.error).toContain(error);
  });

  test('a process that dies is told from an exception', async () => {
    const { code, message } = await runText('import os\nos._exit(7)\n');
    expect(code).toBe('DRIVER_ERROR');
    expect(message).toContain('exit code 7');
  });

  // macOS counts no memory against this limit.
  test.runIf(process.platform === 'linux')('one that eats memory fails, and the machine goes on', async () => {
    const wanted = Math.floor(totalmem() * 0.8);
    const { code, output } = await runText(`import mmap\nmmap.mmap(-1, ${wanted}, flags=mmap.MAP_PRIVATE)\n`);
    expect(code).toBe('RUN_EXECUTION_ERROR');
    expect(output.error).toContain('Cannot allocate memory');
  });

  test('leaving from inside a try is an exception, as on a cluster', async () => {
    const { output } = await runText(
      'try:\n    dbutils.notebook.exit("in")\nexcept Exception:\n    dbutils.notebook.exit("out")\n',
    );
    expect(output.notebook_output.result).toBe('out');
  });

  test('another notebook is run by %run, in the same names', async () => {
    await put('/Shared/run/other.py', `${HEADER}shared = 5\n`);
    const { output } = await runText(
      '# MAGIC %run ./other\n\n# COMMAND ----------\n\ndbutils.notebook.exit(str(shared))\n',
    );
    expect(output.notebook_output.result).toBe('5');
  });

  test('secrets reach the notebook and the cluster’s variables, and no file but the state', async () => {
    const secret = `s3cret-${Math.random()}`;
    await workspace.call('POST', '/api/2.0/secrets/scopes/create', { scope: 'mlops' });
    await workspace.call('POST', '/api/2.0/secrets/put', { scope: 'mlops', key: 'aml', string_value: secret });
    expect((await workspace.call('GET', '/api/2.0/secrets/list?scope=mlops')).body.secrets).toMatchObject([
      { key: 'aml' },
    ]);
    const source = `import os
value = dbutils.secrets.get(scope="mlops", key="aml")
print("the secret is", value)
assert os.environ["AML"] == value and "MLOPS_TEST_SECRET" not in os.environ
assert [one.key for one in dbutils.secrets.list("mlops")] == ["aml"]
raise ValueError(value)
`;
    const spark_env_vars = { AML: '{{secrets/mlops/aml}}' };
    process.env.MLOPS_TEST_SECRET = 'x';
    const new_cluster = { spark_version: '17.3.x-scala2.13', node_type_id: 'n', num_workers: 0, spark_env_vars };
    const { output } = await runText(source, { new_cluster });
    delete process.env.MLOPS_TEST_SECRET;
    expect(output.error).toBe('ValueError: [REDACTED]');
    const folder = join(workspace.folder, 'runs');
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(texts.join()).toContain('the secret is [REDACTED]');
    expect(texts.join()).not.toContain(secret);
    const missing = await runText('dbutils.secrets.get("mlops", "none")\n');
    expect(missing.output.error).toContain('Secret does not exist with scope: mlops and key: none');
  });

  test('cancelling interrupts the notebook and its workers', async () => {
    const marker = `cancelled-${process.pid}`;
    await put(
      '/Shared/run/long.py',
      `${HEADER}import subprocess, time
worker = subprocess.Popen(["sleep", "600"])
try:
    print(worker.pid, flush=True)
    time.sleep(600)
finally:
    print("${marker}", flush=True)
`,
    );
    const id = await submit({ notebook_task: { notebook_path: '/Shared/run/long' } });
    const log = async () => {
      const run = await get('get', id);
      const path = join(workspace.folder, 'runs', `${run.tasks[0].run_id}.log`);
      return readdirSync(join(workspace.folder, 'runs')).some((name) => path.endsWith(name))
        ? readFileSync(path, 'utf8')
        : '';
    };
    await expect.poll(log, { timeout: 10_000 }).toMatch(/^\d+\n/);
    const worker = Number(/^\d+/.exec(await log())?.[0]);
    await workspace.call('POST', '/api/2.2/jobs/runs/cancel', { run_id: id });
    const { code, run } = await wait(id);
    expect(code).toBe('USER_CANCELED');
    expect(run.tasks[0].state.result_state).toBe('CANCELED');
    expect(await log()).toContain(marker);
    await expect.poll(() => isAlive(worker), { timeout: 5000 }).toBe(false);
  });

  test('a notebook from a Git source runs at its commit, with the root of the repository importable', async () => {
    const files = {
      'lib/tool.py': 'NAME = "tool"\n',
      'notebooks/train.py': `${HEADER}from lib.tool import NAME\ndbutils.notebook.exit(NAME)\n`,
    };
    const commit = workspace.push('feature', files);
    const git_source = { git_url: workspace.url, git_provider: 'azureDevOpsServices', git_branch: 'feature' };
    const task = { notebook_task: { notebook_path: 'notebooks/train' } };
    const { output, run } = await wait(await submit(task, { git_source }));
    expect(output.notebook_output.result).toBe('tool');
    expect(run.git_source.git_snapshot.used_commit).toBe(commit);
    const missing = await wait(await submit(task, { git_source: { ...git_source, git_branch: 'none' } }));
    expect(missing.code).toBe('REPOSITORY_CHECKOUT_FAILED');
    const path = { notebook_task: { notebook_path: '../../../etc/passwd' } };
    expect((await wait(await submit(path, { git_source }))).code).toBe('RESOURCE_NOT_FOUND');
  });

  test('a notebook in a Git folder imports from the root, and leaves the folder clean', async () => {
    workspace.push('main', {
      'lib/tool.py': 'NAME = "main"\n',
      'notebooks/train.py': `${HEADER}from lib.tool import NAME\ndbutils.notebook.exit(NAME)\n`,
    });
    const folder = { url: workspace.url, provider: 'azureDevOpsServices', path: '/Shared/run/main-folder' };
    const { id } = (await workspace.call('POST', '/api/2.0/repos', folder)).body;
    const ended = await wait(
      await submit({ notebook_task: { notebook_path: '/Shared/run/main-folder/notebooks/train' } }),
    );
    expect(ended.output.notebook_output.result).toBe('main');
    expect((await workspace.call('PATCH', `/api/2.0/repos/${id}`, { branch: 'main' })).status).toBe(200);
  });

  test('what cannot be run is named', async () => {
    const nowhere = await wait(await submit({ notebook_task: { notebook_path: '/Shared/none' } }));
    expect(nowhere).toMatchObject({ code: 'RESOURCE_NOT_FOUND', message: expect.stringContaining('/Shared/none') });
    const sql = await wait(await submit({ sql_task: { warehouse_id: 'w' } }));
    expect(sql).toMatchObject({ code: 'INVALID_RUN_CONFIGURATION', message: expect.stringContaining('sql_task') });
    const libraries = [{ requirements: '/Workspace/Shared/run/requirements.txt' }];
    expect((await runText('x = 1\n', { libraries })).code).toBe('LIBRARY_INSTALLATION_ERROR');
    process.env.MLOPS_SANDBOX_PYTHON = '/nonexistent/python';
    const without = await runText('x = 1\n');
    delete process.env.MLOPS_SANDBOX_PYTHON;
    expect(without).toMatchObject({ code: 'CLUSTER_ERROR', message: expect.stringContaining('/nonexistent/python') });
  });
});
