import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnSandbox, startOwnSandbox } from '../e2e/own-sandbox.ts';
import { ensureProjectEnvironment } from '../e2e/project-environment.ts';
import { rehearseUntil } from '../e2e/rehearsing.ts';
import { requireTool } from '../require-tool.ts';

interface Result {
  readonly what: string;
  readonly value: string;
}

requireTool('python3')('rehearse, to the end', () => {
  let sandbox: OwnSandbox;
  let clone: string;
  beforeAll(async () => {
    sandbox = await startOwnSandbox();
    clone = join(sandbox.home, 'rehearsal/clone');
  });
  // Pipelines that are still at work are ended first.
  afterAll(() => sandbox?.stop(), 300_000);

  const rehearse = (...args: string[]) => sandbox.run(['rehearse', ...args], join(sandbox.root, 'work'));

  test('every result is what the services return, though it was killed in the middle of a pull request', {
    timeout: 3_600_000,
  }, async () => {
    expect((await rehearseUntil(sandbox, 'Chapter 4:')).exitCode).toBe(137);
    // What `scripts/setup.py` would install, from a cache that other tests share: it finds nothing left to download.
    const { folder } = await ensureProjectEnvironment(clone);
    symlinkSync(folder, join(clone, '.venv'));
    expect((await rehearseUntil(sandbox, 'rehearsal-1-ci')).stdout).toContain('Chapter 5:');
    const last = await rehearse('--json');
    expect(last).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Going on with chapter 5.') });
    const document = JSON.parse(last.stdout) as { readonly results: readonly Result[] };
    expect(document).toMatchObject({ schema: 1, kind: 'rehearsal' });
    await expectTrue(document.results);
    await expectLoop(document.results);
    expect((await rehearse('--step')).stdout).toContain('repository:rehearsal-2');
  });

  const valuesOf = (results: readonly Result[], what: RegExp) =>
    results.filter((result) => what.test(result.what)).map(({ value }) => value);

  /** Reads the lines on the new model and the laptop back from what they are about. */
  async function expectTrue(results: readonly Result[]): Promise<void> {
    const path = 'mlops/_apis/git/repositories/rehearsal-1';
    const { webUrl } = await sandbox.devOps('GET', path);
    expect(valuesOf(results, /^Repository$/)).toEqual([webUrl]);
    const { value: commits } = await sandbox.devOps('GET', `${path}/commits?searchCriteria.itemVersion.version=main`);
    const onMain = commits.map(({ commitId }: { commitId: string }) => commitId);
    const told = [...valuesOf(results, /^Merge commit/), ...valuesOf(results, /^First commit on main$/)];
    expect(onMain).toEqual(expect.arrayContaining(told));

    const { value: definitions } = await sandbox.devOps('GET', 'mlops/_apis/build/definitions');
    const ids = definitions.map(({ id, name }: { id: number; name: string }) => `Pipeline ${name} ${id}`).sort();
    const pipelines = results
      .filter(({ what }) => what.startsWith('Pipeline '))
      .map(({ what, value }) => `${what} ${value}`);
    expect(pipelines.sort()).toEqual(ids);

    // The refused commit lies in the clone and not on the server's main.
    const [refused = ''] = valuesOf(results, /^Commit refused on main$/);
    expect((await sandbox.git(clone, ['rev-parse', 'HEAD'])).stdout.trim()).toBe(refused);
    expect(onMain).not.toContain(refused);

    const card = JSON.parse(readFileSync(join(clone, '.model/model.json'), 'utf8'));
    expect(valuesOf(results, /^Training run on the laptop$/)).toEqual([card.run_id]);
    expect(results.every(({ value }) => value !== '')).toBe(true);
  }

  /** Reads pull request, runs, merge, Git folder and versions back. */
  async function expectLoop(results: readonly Result[]): Promise<void> {
    const [id = ''] = valuesOf(results, /^Pull request$/);
    const [merge = ''] = valuesOf(results, /^Merge commit/);
    expect(await sandbox.devOps('GET', `mlops/_apis/git/pullrequests/${id}`)).toMatchObject({
      status: 'completed',
      createdBy: { uniqueName: 'colleague@sandbox.test' },
      lastMergeCommit: { commitId: merge },
    });
    const runs = results.filter(({ what }) => what.startsWith('Run of '));
    const reasons: string[] = [];
    for (const { what, value } of runs) {
      const run = await sandbox.devOps('GET', `mlops/_apis/build/builds/${value}`);
      const result = what.endsWith('that failed') ? 'failed' : 'succeeded';
      expect(run).toMatchObject({ status: 'completed', result });
      reasons.push(`${what.replace('Run of rehearsal-1-', '')} ${run.definition.name} ${run.reason}`);
    }
    // Other chapters have runs of their own.
    expect(reasons).toEqual(
      expect.arrayContaining([
        'checks rehearsal-1-checks pullRequest',
        'ci rehearsal-1-ci pullRequest',
        'deploy rehearsal-1-deploy batchedCI',
      ]),
    );
    expect(reasons.filter((reason) => reason === 'retrain rehearsal-1-retrain schedule')).toHaveLength(2);

    const path = 'api/2.0/workspace/get-status?path=/Shared/mlops/rehearsal-1/main';
    const { object_id: folder } = await sandbox.workspace('GET', path);
    const { head_commit_id: head } = await sandbox.workspace('GET', `api/2.0/repos/${folder}`);
    expect(valuesOf(results, /^Main Git folder at$/)).toEqual([merge]);
    // The deploy runs of later chapters have moved it on.
    expect(valuesOf(results, /^Merge commit/).at(-1)).toBe(head);

    const versions: (string | undefined)[] = [];
    for (const runId of valuesOf(results, /^Training run on Databricks$/)) {
      const run = await sandbox.workspace('GET', `api/2.2/jobs/runs/get?run_id=${runId}`);
      expect(run.state).toMatchObject({ result_state: 'SUCCESS' });
      const output = await sandbox.workspace('GET', `api/2.2/jobs/runs/get-output?run_id=${run.tasks[0].run_id}`);
      const said = JSON.parse(output.notebook_output.result);
      expect(said.mode).toBe('full');
      // The third one is a job that was run by hand: no pipeline told it a commit.
      expect(said.git_commit).toBe(versions.length < 2 ? merge : '');
      versions.push(said.model?.version);
    }
    // The same data and code a second time: not better, so not registered.
    expect(versions.slice(0, 2)).toEqual(['1', undefined]);
    expect(valuesOf(results, /^Model version$/)).toEqual(versions.filter((version) => version !== undefined));
  }
});
