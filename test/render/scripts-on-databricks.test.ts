import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apply, plan, type Target, toNames, toTrackingPath } from '../../packages/core/src/index.ts';
import { declare } from '../../packages/create-mlops-model/src/declare.ts';
import { getPrincipal } from '../../packages/sandbox/src/sign-in/principal.ts';
import type { AzSession } from '../../packages/sandbox/src/sign-in/sign-in.ts';
import { aManifest } from '../build.ts';
import { type SandboxProject, startProject } from '../contract/on-sandbox.ts';
import { hasTool, requireTool } from '../require-tool.ts';
import { createPythonProject, type Ended, type PythonProject, runProgram } from './python-project.ts';

const MINUTES = 60_000;
const manifest = aManifest();
const names = toNames(manifest);
const WORKSPACE = toTrackingPath({ subscription: 's', resourceGroup: 'g', workspace: 'w' });

/**
 * The scripts of the pipelines as an agent starts them, signed in as the service connection of their pipeline, against a
 * provisioned sandbox: its Databricks really runs the notebook, and the notebook logs to its tracking server with tokens
 * that end after five seconds.
 */
requireTool('python3 and git', () => hasTool('python3') && hasTool('git'))('the scripts on Databricks', () => {
  let project: PythonProject;
  let place: SandboxProject;
  let target: Target;
  let commit: string;
  let sessions: Readonly<Record<'ci' | 'deploy', AzSession>>;

  beforeAll(async () => {
    project = await createPythonProject(manifest);
    place = await startProject();
    target = { ...place.target, trackingUri: `${place.sandbox.addresses.tracking}${WORKSPACE}` };
    const services = place.open({ folder: place.folder });
    const planned = await plan(declare({ manifest, names, target, files: project.files }, services));
    const outcome = await apply(planned, { journal: { intend: () => undefined, settle: () => undefined } });
    expect(outcome.results.filter(({ status }) => status === 'failed')).toEqual([]);
    commit = execFileSync('git', ['-C', place.folder, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    await place.control('PUT', '/settings', { tokenSeconds: 5 });
    mkdirSync(join(place.folder, '..', 'temp'));
    sessions = { ci: await signIn(names.connections.ci), deploy: await signIn(names.connections.deploy) };
  }, 15 * MINUTES);

  afterAll(async () => {
    await place?.stop();
    if (project) rmSync(project.folder, { recursive: true, force: true });
  });

  async function signIn(connection: string): Promise<AzSession> {
    const found = await get(
      `${target.organizationUrl}/mlops/_apis/serviceendpoint/endpoints?endpointNames=${connection}`,
    );
    const [{ id, ...body }] = found.value;
    return place.sandbox.signIn.openSession(
      getPrincipal({ id, body, references: [] }),
      join(place.folder, '..', 'temp'),
    );
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of three services
  async function get(url: string, body?: unknown): Promise<any> {
    const token = place.sandbox.identities().find(({ key }) => key === 'you')?.token;
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** One step of a pipeline, with the variables that the pipeline gives it. */
  const step = (who: 'ci' | 'deploy', run: number, ...args: string[]): Promise<Ended> => {
    const { environment, path } = sessions[who];
    return runProgram(project.environment.python, args, place.folder, {
      ...environment,
      PATH: `${path}${delimiter}${process.env.PATH}`,
      PYTHONDONTWRITEBYTECODE: '1',
      DATABRICKS_HOST: target.databricksHost,
      INTEGRATION_FOLDER: names.databricks.integration,
      MAIN_FOLDER: names.databricks.main,
      INTEGRATION_JOB: names.jobs.integration,
      TRAINING_JOB: names.jobs.train,
      BUILD_SOURCEVERSION: commit,
      BUILD_BUILDID: String(run),
      AGENT_TEMPDIRECTORY: join(place.folder, '..', 'temp'),
      SYSTEM_ACCESSTOKEN: 'not asked for by a folder that is where it should be',
    });
  };

  it(
    'tests a pull request: mirror, compare, run, hold the result against the commit',
    async () => {
      const mirrored = await step('ci', 1, 'pipelines/ci-train/mirror_notebooks.py');
      expect(mirrored, mirrored.output).toMatchObject({ code: 0 });
      expect(mirrored.output).toContain(`${names.databricks.integration} mirrors ${commit}`);
      const compared = await step('ci', 1, 'pipelines/ci-train/check_job.py', 'integration');
      expect(compared.output).toContain('is as the repository describes it');
      const ran = await step('ci', 1, 'pipelines/ci-train/run_job.py', 'integration', '--limit-minutes', '5');
      expect(ran, ran.output).toMatchObject({ code: 0 });
      expect(ran.output).toMatch(/log_loss: 0\.\d+/);
      expect(ran.output).not.toContain('Registered');
    },
    10 * MINUTES,
  );

  it('leaves the run in the workspace’s tracking, logged by the notebook’s own credential', async () => {
    const api = `${target.trackingUri}/api/2.0/mlflow`;
    const { experiment } = await get(`${api}/experiments/get-by-name?experiment_name=${names.experiment}`);
    const { runs } = await get(`${api}/runs/search`, { experiment_ids: [experiment.experiment_id] });
    const [{ info, data }] = runs;
    expect(info.status).toBe('FINISHED');
    expect(data.tags).toEqual(
      expect.arrayContaining([
        { key: 'git_commit', value: commit },
        { key: 'mode', value: 'test' },
        { key: 'trigger', value: 'pipeline' },
      ]),
    );
    expect(data.metrics.map(({ key }: { key: string }) => key)).toContain('log_loss');
    const requests = (await place.control('GET', '/requests')) as { service: string; who: string; status: number }[];
    const logged = requests.filter(({ service, who }) => service === 'tracking' && who === names.trackingAccess);
    expect(logged.length).toBeGreaterThan(10);
  });

  it('gives Azure’s own library for Python its tokens too', async () => {
    const program = [
      'import sys, urllib.request',
      'from azure.identity import AzureCliCredential',
      'token = AzureCliCredential().get_token("https://management.azure.com/.default").token',
      'request = urllib.request.Request(sys.argv[1], headers={"Authorization": f"Bearer {token}"})',
      'print(urllib.request.urlopen(request).status)',
    ];
    const address = `${target.trackingUri}/api/2.0/mlflow/experiments/search?max_results=1`;
    expect(await step('deploy', 2, '-c', program.join('\n'), address)).toMatchObject({ code: 0, output: '200\n\n' });
  });

  it('keeps the identity of pull requests away from the job that trains what is served', async () => {
    const tried = await step('ci', 2, 'pipelines/ci-train/run_job.py', 'train', '--limit-minutes', '5');
    expect(tried.code).toBe(1);
    expect(tried.output).toContain('or this identity may not see it');
  });

  it(
    'retrains: the Git folder follows main, the first model is registered, the same one again is not better',
    async () => {
      const moved = await step('deploy', 3, 'pipelines/ci-train/update_git_folder.py');
      expect(moved, moved.output).toMatchObject({ code: 0 });
      expect(moved.output).toContain(`is at ${commit}`);
      const ran = await step('deploy', 3, 'pipelines/ci-train/run_job.py', 'train', '--limit-minutes', '5');
      expect(ran, ran.output).toMatchObject({ code: 0 });
      expect(ran.output).toContain(`Registered: ${names.registeredModel} version 1.`);
      const again = await step('deploy', 4, 'pipelines/ci-train/run_job.py', 'train', '--limit-minutes', '5');
      expect(again, again.output).toMatchObject({ code: 0 });
      expect(again.output).toContain('No new version was registered');
    },
    10 * MINUTES,
  );
});
