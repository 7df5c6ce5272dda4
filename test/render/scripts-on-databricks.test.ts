import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type JobKind, toJobSettings, toNames } from '../../packages/core/src/index.ts';
import { databricksService } from '../../packages/sandbox/src/databricks/service.ts';
import { makeIdentities } from '../../packages/sandbox/src/identities.ts';
import { listen } from '../../packages/sandbox/src/router.ts';
import { makeTokens } from '../../packages/sandbox/src/sign-in/tokens.ts';
import { aManifest, aTarget } from '../build.ts';
import { hasTool, requireTool } from '../require-tool.ts';
import { createPythonProject, type Ended, type PythonProject, runPython } from './python-project.ts';

const MINUTES = 60_000;
const manifest = aManifest();
const names = toNames(manifest);

/** The scripts of the pipelines, as an agent starts them, against the sandbox's Databricks, which really runs the notebook. */
requireTool('python3 and git', () => hasTool('python3') && hasTool('git'))('the scripts on Databricks', () => {
  const [you] = makeIdentities();
  const before = { ...process.env };
  let project: PythonProject;
  let server: Server;
  let commit: string;

  const git = (...args: string[]) => {
    const identity = ['-c', 'user.name=x', '-c', 'user.email=x@example.test'];
    return execFileSync('git', ['-C', project.folder, ...identity, ...args], { encoding: 'utf8' }).trim();
  };

  /** One step of a pipeline, with the variables that the pipeline gives it. */
  const step = (...args: string[]): Promise<Ended> => runPython(project, ...args);

  beforeAll(async () => {
    project = await createPythonProject(manifest);
    git('commit', '--quiet', '--message', 'x');
    git('branch', '--move', '--force', 'main');
    commit = git('rev-parse', 'HEAD');
    const aside = `${project.folder}-aside`;
    const bare = join(aside, 'repository.git');
    mkdirSync(join(aside, 'state'), { recursive: true });
    execFileSync('git', ['clone', '--quiet', '--bare', project.folder, bare]);
    git('remote', 'add', 'origin', bare);
    const context = {
      folder: join(aside, 'state'),
      identities: () => (you ? [you] : []),
      tokens: makeTokens(),
      tokenSeconds: () => 60,
      gitRepositories: { resolve: () => bare },
    };
    server = await listen(databricksService(context), 0);
    const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    putAzureCli(aside);
    Object.assign(process.env, {
      PATH: `${aside}${delimiter}${process.env.PATH}`,
      MLOPS_SANDBOX_PYTHON: project.environment.python,
      DATABRICKS_HOST: host,
      INTEGRATION_FOLDER: names.databricks.integration,
      MAIN_FOLDER: names.databricks.main,
      INTEGRATION_JOB: names.jobs.integration,
      TRAINING_JOB: names.jobs.train,
      BUILD_SOURCEVERSION: commit,
      BUILD_BUILDID: '1',
      AGENT_TEMPDIRECTORY: aside,
      SYSTEM_ACCESSTOKEN: 'not asked for by a folder',
    });
    await provision(host, `sqlite:///${join(aside, 'mlflow.db')}`);
  }, 15 * MINUTES);

  afterAll(() => {
    server?.close();
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    if (!project) return;
    rmSync(project.folder, { recursive: true, force: true });
    rmSync(`${project.folder}-aside`, { recursive: true, force: true });
  });

  /** What `apply` makes: the folder, the Git folder on main, the two jobs. */
  async function provision(host: string, trackingUri: string): Promise<void> {
    const target = aTarget({ databricksHost: host, trackingUri });
    const kinds: readonly JobKind[] = ['integration', 'train'];
    const folder = { url: 'https://x.test/_git/x', provider: 'azureDevOpsServices', path: names.databricks.main };
    await post(host, '/api/2.0/workspace/mkdirs', { path: names.databricks.directory });
    await post(host, '/api/2.0/repos', folder);
    for (const kind of kinds) await post(host, '/api/2.2/jobs/create', toJobSettings(manifest, names, kind, target));
  }

  async function post(host: string, path: string, body: unknown): Promise<void> {
    const headers = { authorization: `Bearer ${you?.token}` };
    const response = await fetch(`${host}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  /** Stands in for the Azure CLI of an agent: it knows one answer. */
  function putAzureCli(folder: string): void {
    const answer = JSON.stringify({ accessToken: you?.token, expires_on: 4_102_444_800 });
    writeFileSync(join(folder, 'az'), `#!/bin/sh\necho '${answer}'\n`);
    chmodSync(join(folder, 'az'), 0o755);
  }

  it(
    'tests a pull request: mirror, compare, run, hold the result against the commit',
    async () => {
      const mirrored = await step('pipelines/ci-train/mirror_notebooks.py');
      expect(mirrored, mirrored.output).toMatchObject({ code: 0 });
      expect(mirrored.output).toContain(`${names.databricks.integration} mirrors ${commit}`);
      const compared = await step('pipelines/ci-train/check_job.py', 'integration');
      expect(compared.output).toContain('is as the repository describes it');
      const ran = await step('pipelines/ci-train/run_job.py', 'integration', '--limit-minutes', '5');
      expect(ran, ran.output).toMatchObject({ code: 0 });
      expect(ran.output).toMatch(/log_loss: 0\.\d+/);
      expect(ran.output).not.toContain('Registered');
    },
    10 * MINUTES,
  );

  it(
    'retrains: the Git folder follows main, the first model is registered, the same one again is not better',
    async () => {
      const moved = await step('pipelines/ci-train/update_git_folder.py');
      expect(moved, moved.output).toMatchObject({ code: 0 });
      expect(moved.output).toContain(`is at ${commit}`);
      const ran = await step('pipelines/ci-train/run_job.py', 'train', '--limit-minutes', '5');
      expect(ran, ran.output).toMatchObject({ code: 0 });
      expect(ran.output).toContain(`Registered: ${names.registeredModel} version 1.`);
      process.env.BUILD_BUILDID = '2';
      const again = await step('pipelines/ci-train/run_job.py', 'train', '--limit-minutes', '5');
      expect(again, again.output).toMatchObject({ code: 0 });
      expect(again.output).toContain('No new version was registered');
    },
    10 * MINUTES,
  );
});
