import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AskAs, approveAndComplete, makeAskAs } from '../e2e/ask-as.ts';
import { type OwnSandbox, startOwnSandbox } from '../e2e/own-sandbox.ts';
import { requireTool } from '../require-tool.ts';

const MODEL = 'ice-thickness';
const NOTEBOOK = 'notebooks/model_train.py';
/** A first cell, right after the line that makes a file a notebook: nothing comes after its exit. */
const RAISE = "raise RuntimeError('not today')\n\n# COMMAND ----------\n";
/** Notebooks run in an environment that pip makes when it is first needed. */
const MINUTES = 60_000;

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
type Shown = any;

requireTool('python3')('two pull requests at once, their notebooks run for real', () => {
  let sandbox: OwnSandbox;
  let ask: AskAs;
  let clone: string;
  let ci: number;
  beforeAll(async () => {
    sandbox = await startOwnSandbox();
    ask = makeAskAs(sandbox);
    const work = join(sandbox.root, 'work');
    clone = join(work, MODEL);
    const created = await sandbox.run(['create', MODEL, '--yes', '--target', 'sandbox'], work, 'you');
    if (created.exitCode !== 0) throw new Error(created.stdout + created.stderr);
    const definitions = (await ask('you', 'GET', 'mlops/_apis/build/definitions')).value;
    ci = definitions.find(({ name }: Shown) => name === `${MODEL}-ci`).id;
    await demandOnlyNotebooks(definitions.find(({ name }: Shown) => name === `${MODEL}-checks`).id);
  }, 2 * MINUTES);
  afterAll(() => sandbox?.stop(), 5 * MINUTES);

  /** The quick checks have tests of their own. */
  async function demandOnlyNotebooks(checks: number): Promise<void> {
    const { value } = await ask('administrator', 'GET', 'mlops/_apis/policy/configurations');
    const policy = value.find(({ settings }: Shown) => settings.buildDefinitionId === checks);
    const path = `mlops/_apis/policy/configurations/${policy.id}`;
    await ask('administrator', 'PUT', path, { ...policy, isEnabled: false });
  }

  const git = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await sandbox.git(clone, args, 'you');
    if (exitCode !== 0) throw new Error(stderr);
    return stdout.trim();
  };

  async function push(branch: string, change: (text: string) => string, more: Readonly<Record<string, string>> = {}) {
    const exists = (await git('branch', '--list', branch)) !== '';
    await git('switch', '--quiet', ...(exists ? [branch] : ['--create', branch, 'origin/main']));
    writeFileSync(join(clone, NOTEBOOK), change(readFileSync(join(clone, NOTEBOOK), 'utf8')));
    for (const [file, text] of Object.entries(more)) writeFileSync(join(clone, file), text);
    await git('add', '--all');
    await git('commit', '--quiet', '--message', branch);
    await git('push', '--quiet', 'origin', branch);
  }

  async function open(branch: string): Promise<number> {
    const body = { sourceRefName: `refs/heads/${branch}`, targetRefName: 'refs/heads/main', title: branch };
    return (await ask('you', 'POST', `mlops/_apis/git/repositories/${MODEL}/pullrequests`, body)).pullRequestId;
  }

  /** The newest run for a pull request, once it is over. */
  async function endOf(pull: number): Promise<Shown> {
    for (;;) {
      const path = `mlops/_apis/build/builds?definitions=${ci}&branchName=refs/pull/${pull}/merge&$top=1`;
      const [run] = (await ask('you', 'GET', path)).value;
      if (run?.status === 'completed') return run;
      await delay(500);
    }
  }

  const statusOf = async (pull: number) =>
    (await ask('you', 'GET', `mlops/_apis/git/repositories/${MODEL}/pullrequests/${pull}`)).status;

  async function listJobRuns(): Promise<readonly Shown[]> {
    const { runs } = await sandbox.workspace('GET', 'api/2.2/jobs/runs/list?expand_tasks=true');
    return [...runs].sort((a: Shown, b: Shown) => a.start_time - b.start_time);
  }

  test('never meet, and only the one whose notebook passes is merged', { timeout: 40 * MINUTES }, async () => {
    await push('fails', (text) => text.replace('\n', `\n${RAISE}\n`), { 'notebooks/extra_part.py': 'PART = 1\n' });
    const failing = await open('fails');
    await push('passes', (text) => `${text}\n# Another thought.\n`);
    const passing = await open('passes');
    const [bad, good] = [await endOf(failing), await endOf(passing)];
    expect([bad.result, good.result]).toEqual(['failed', 'succeeded']);

    const [first, second, ...more] = await listJobRuns();
    expect(more).toEqual([]);
    expect(first.end_time).toBeLessThanOrEqual(second.start_time);
    const commitOf = (run: Shown) => run.job_parameters.find(({ name }: Shown) => name === 'git_commit').value;
    expect([commitOf(first), commitOf(second)]).toEqual([bad.sourceVersion, good.sourceVersion]);
    const output = await sandbox.workspace('GET', `api/2.2/jobs/runs/get-output?run_id=${second.tasks[0].run_id}`);
    expect(JSON.parse(output.notebook_output.result).git_commit).toBe(good.sourceVersion);

    // What the first brought into the shared folder the second has taken away again.
    const folder = encodeURIComponent(`/Shared/mlops/${MODEL}/integration/notebooks`);
    const { objects } = await sandbox.workspace('GET', `api/2.0/workspace/list?path=${folder}`);
    const names = objects.map(({ path }: Shown) => path.split('/').at(-1));
    expect(names).toContain('model_train');
    expect(names).not.toContain('extra_part.py');

    await approveAndComplete(ask, MODEL, failing);
    await approveAndComplete(ask, MODEL, passing);
    await expect.poll(() => statusOf(passing), { timeout: 10_000 }).toBe('completed');
    expect(await statusOf(failing)).toBe('active');

    await push('fails', (text) => text.replace(`${RAISE}\n`, ''));
    await expect.poll(async () => (await endOf(failing)).id, { timeout: 15 * MINUTES }).not.toBe(bad.id);
    expect((await endOf(failing)).result).toBe('succeeded');
    await approveAndComplete(ask, MODEL, failing);
    await expect.poll(() => statusOf(failing), { timeout: 10_000 }).toBe('completed');
  });
});
