import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestWorkspace, type TestWorkspace } from '../../packages/sandbox/src/databricks/test-workspace.ts';
import { requireTool } from '../require-tool.ts';
import { ensurePythonEnvironment, type PythonEnvironment } from './python-environment.ts';

const run = promisify(execFile);

/** From 0.157 on the SDK asks for a certifi that Python 3.11's registries do not all have. */
const PINS = ['databricks-sdk==0.156.0'];

const SCRIPT = fileURLToPath(new URL('databricks_sdk_peer.py', import.meta.url));

requireTool('python3')("Databricks' own Python SDK against the sandbox", () => {
  let workspace: TestWorkspace;
  let environment: PythonEnvironment;
  beforeAll(async () => {
    environment = await ensurePythonEnvironment(PINS);
    workspace = await startTestWorkspace();
    workspace.push('main', { 'notebooks/train.py': '# Databricks notebook source\nprint(1)\n' });
  }, 600_000);
  afterAll(() => workspace?.stop());

  /** Each chapter checks with Python's own `assert` and ends by printing its name. */
  test.each(['git_folders', 'files', 'jobs', 'runs', 'sign_in', 'permissions', 'refusals'])('%s', async (chapter) => {
    const token = workspace.identities.find(({ key }) => key === 'you')?.token;
    const { stdout } = await run(environment.python, ['-I', SCRIPT, chapter, workspace.url], {
      env: {
        PATH: process.env.PATH,
        DATABRICKS_HOST: workspace.address,
        DATABRICKS_TOKEN: token,
        HOME: workspace.folder,
      },
    });
    expect(stdout.trim()).toBe(`${chapter}: ok`);
  });
});
