import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { type AskAs, approveAndComplete, makeAskAs } from './ask-as.ts';
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts';

const MODEL = 'tide-table';
const PIPELINES = ['ci', 'checks', 'retrain', 'deploy'] as const;

type Pipeline = (typeof PIPELINES)[number];
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
type Shown = any;

/** The generated pipelines with their own triggers, stages, environments, groups and policies; only their steps are short. */
describe('what starts which pipeline of a generated project', () => {
  let sandbox: OwnSandbox;
  let ask: AskAs;
  let clone: string;
  const ids: Record<string, number> = {};

  beforeAll(async () => {
    sandbox = await startOwnSandbox();
    ask = makeAskAs(sandbox);
    const work = join(sandbox.root, 'work');
    clone = join(work, MODEL);
    const created = await sandbox.run(['create', MODEL, '--yes', '--target', 'sandbox'], work, 'you');
    if (created.exitCode !== 0) throw new Error(created.stdout + created.stderr);
    const definitions = (await ask('you', 'GET', 'mlops/_apis/build/definitions')).value;
    for (const name of PIPELINES) ids[name] = definitions.find((one: Shown) => one.name === `${MODEL}-${name}`).id;
    await shortenSteps();
  });
  afterAll(() => sandbox?.stop());

  const git = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await sandbox.git(clone, args, 'you');
    if (exitCode !== 0) throw new Error(stderr);
    return stdout.trim();
  };

  /** As an administrator may who is exempt from the policies, and for no longer than that takes. */
  async function shortenSteps(): Promise<void> {
    for (const file of globSync('pipelines/**/templates/*.yml', { cwd: clone })) {
      const text = readFileSync(join(clone, file), 'utf8');
      writeFileSync(join(clone, file), stringify(withShortSteps(parse(text))));
    }
    const repository = await ask('you', 'GET', `mlops/_apis/git/repositories/${MODEL}`);
    const token = `repoV2/${repository.project.id}/${repository.id}`;
    const { descriptor } = (await ask('you', 'GET', '_apis/connectionData')).authenticatedUser;
    const namespace = '2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87';
    const entry = (allow: number, deny: number) => ({ descriptor, allow, deny, extendedInfo: {} });
    const grant = (...bits: [number, number]) =>
      ask('administrator', 'POST', `_apis/accesscontrolentries/${namespace}`, {
        token,
        merge: false,
        accessControlEntries: [entry(...bits)],
      });
    await grant(128, 0);
    await git('commit', '--quiet', '-am', 'Short steps [skip ci]');
    await git('push', '--quiet', 'origin', 'main');
    await grant(0, 128);
  }

  function withShortSteps(node: Shown): Shown {
    if (Array.isArray(node)) return node.map(withShortSteps);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node)
        .filter(([key]) => key !== 'condition')
        .map(([key, value]) => [
          key,
          key === 'steps' ? [{ bash: 'true', displayName: 'Step' }] : withShortSteps(value),
        ]),
    );
  }

  /** The runs of all pipelines, once none of them moves any more, and what their ends start has been started. */
  async function runs(): Promise<readonly Shown[]> {
    for (let still = -1; ; await delay(100)) {
      // What happens in the background is done in turn with changes, a few steps after one another.
      for (let step = 0; step < 4; step += 1) await sandbox.control('PUT', 'organizations/sandbox/projects/mlops');
      const { value } = await ask('you', 'GET', 'mlops/_apis/build/builds');
      const going = value.filter(({ status }: Shown) => status !== 'completed');
      const waiting = await Promise.all(going.map(({ id }: Shown) => isWaiting(id)));
      const isStill = waiting.every(Boolean);
      if (isStill && still === value.length) return [...value].sort((a: Shown, b: Shown) => a.id - b.id);
      still = isStill ? value.length : -1;
    }
  }

  async function isWaiting(id: number): Promise<boolean> {
    const { records } = await ask('you', 'GET', `mlops/_apis/build/builds/${id}/timeline`);
    return (records ?? []).some(
      ({ type, state }: Shown) => type === 'Checkpoint.Authorization' && state !== 'completed',
    );
  }

  /** What happened since `before`, by pipeline. */
  async function startedSince(before: readonly Shown[]): Promise<Readonly<Record<Pipeline, readonly Shown[]>>> {
    const known = new Set(before.map(({ id }) => id));
    const fresh = (await runs()).filter(({ id }) => !known.has(id));
    const of = (name: Pipeline) => fresh.filter(({ definition }) => definition.id === ids[name]);
    return { ci: of('ci'), checks: of('checks'), retrain: of('retrain'), deploy: of('deploy') };
  }

  const counts = (started: Readonly<Record<Pipeline, readonly Shown[]>>) =>
    Object.fromEntries(PIPELINES.map((name) => [name, started[name].length]));

  /** Pushes changed files on a branch of its own, and opens a pull request of it. */
  async function propose(branch: string, changes: Readonly<Record<string, (text: string) => string>>): Promise<number> {
    await git('fetch', '--quiet', 'origin', 'main');
    await git('switch', '--quiet', '--create', branch, 'origin/main');
    for (const [file, change] of Object.entries(changes))
      writeFileSync(join(clone, file), change(readFileSync(join(clone, file), 'utf8')));
    await git('commit', '--quiet', '-am', branch);
    await git('push', '--quiet', 'origin', branch);
    const body = { sourceRefName: `refs/heads/${branch}`, targetRefName: 'refs/heads/main', title: branch };
    return (await ask('you', 'POST', `mlops/_apis/git/repositories/${MODEL}/pullrequests`, body)).pullRequestId;
  }

  /** A colleague approves, and the author completes. @returns status of the pull request */
  async function merge(pull: number): Promise<string> {
    await approveAndComplete(ask, MODEL, pull);
    await runs();
    return (await ask('you', 'GET', `mlops/_apis/git/repositories/${MODEL}/pullrequests/${pull}`)).status;
  }

  test('creating a project has started nothing', async () => {
    expect(await runs()).toEqual([]);
  });

  test('a change of the README is built by nothing; its merge starts one deploy run', async () => {
    const pull = await propose('readme', { 'README.md': (text) => `${text}\nA word more.\n` });
    expect(await runs()).toEqual([]);
    expect(await merge(pull)).toBe('completed');
    const started = await startedSince([]);
    expect(counts(started)).toEqual({ ci: 0, checks: 0, retrain: 0, deploy: 1 });
    expect(started.deploy[0]).toMatchObject({ reason: 'batchedCI', sourceBranch: 'refs/heads/main' });
    // Another identity goes with main: it may use what a pull request may not.
    expect(started.deploy[0].result).toBe('succeeded');
  });

  test('a change of a notebook is built by both, on its merge with main; its merge starts one deploy run', async () => {
    const before = await runs();
    const pull = await propose('notebook', { [NOTEBOOK]: think });
    const checked = await startedSince(before);
    expect(counts(checked)).toEqual({ ci: 1, checks: 1, retrain: 0, deploy: 0 });
    for (const run of [...checked.ci, ...checked.checks])
      expect(run).toMatchObject({
        reason: 'pullRequest',
        sourceBranch: `refs/pull/${pull}/merge`,
        result: 'succeeded',
      });
    const between = await runs();
    expect(await merge(pull)).toBe('completed');
    expect(counts(await startedSince(between))).toEqual({ ci: 0, checks: 0, retrain: 0, deploy: 1 });
  });

  test('the schedule starts one retraining, and its success one deploy run', async () => {
    const before = await runs();
    await sandbox.control('PUT', 'clock', { advance: 7 * 86_400 });
    const started = await startedSince(before);
    expect(counts(started)).toEqual({ ci: 0, checks: 0, retrain: 1, deploy: 1 });
    expect(started.retrain[0]).toMatchObject({ reason: 'schedule', result: 'succeeded' });
    expect(started.deploy[0]).toMatchObject({
      reason: 'resourceTrigger',
      triggerInfo: { pipelineId: String(started.retrain[0].id), alias: 'retrain' },
      sourceVersion: started.retrain[0].sourceVersion,
    });
  });

  test('a pull request that takes the deploy identity stops before its first step, permitted or not', async () => {
    const before = await runs();
    const steal = (text: string) =>
      text
        .replace(`group: ${MODEL}-ci`, `group: ${MODEL}-deploy`)
        .replace(/extends:[\s\S]*/, `steps:\n${THEFT.replaceAll('MODEL', MODEL)}`);
    const pull = await propose('thief', { 'pipelines/ci-train/ci.yml': steal, [NOTEBOOK]: think });
    const { ci } = await startedSince(before);
    expect(ci.map(({ reason }) => reason)).toEqual(['pullRequest']);
    const { id } = ci[0];
    expect(await isWaiting(id)).toBe(true);
    expect(await merge(pull)).toBe('active');
    await permit();
    await runs();
    expect((await ask('you', 'GET', `mlops/_apis/build/builds/${id}`)).result).toBe('failed');
    expect(await merge(pull)).toBe('active');
    const { records } = await ask('you', 'GET', `mlops/_apis/build/builds/${id}/timeline`);
    const steps = records.filter(({ type, result }: Shown) => type === 'Task' && result !== 'skipped');
    expect(steps).toEqual([]);
    expect(JSON.stringify(records)).toContain(`branch refs/pull/${pull}/merge is not among the allowed branches`);
  });

  /** Somebody gives the integration pipeline leave to use what belongs to deploy. */
  async function permit(): Promise<void> {
    const version = 'api-version=7.1-preview.1';
    const path = 'mlops/_apis/pipelines/pipelinepermissions';
    const groups = (await ask('you', 'GET', 'mlops/_apis/distributedtask/variablegroups')).value;
    const endpoints = (await ask('you', 'GET', 'mlops/_apis/serviceendpoint/endpoints')).value;
    const named = (list: readonly Shown[]) => list.find(({ name }) => name === `${MODEL}-deploy`).id;
    const body = { pipelines: [{ id: ids.ci, authorized: true }] };
    await ask('administrator', 'PATCH', `${path}/endpoint/${named(endpoints)}?${version}`, body);
    await ask('administrator', 'PATCH', `${path}/variablegroup/${named(groups)}?${version}`, body);
  }
});

const NOTEBOOK = 'notebooks/model_train.py';
const think = (text: string) => `${text}\n# Another thought.\n`;

const THEFT = `  - task: AzureCLI@2
    displayName: Use what is not ours
    inputs:
      azureSubscription: MODEL-deploy
      scriptType: bash
      scriptLocation: inlineScript
      inlineScript: az account get-access-token
`;
