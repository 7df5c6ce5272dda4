import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { renderProject, writeProject } from '../../scripts/render.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { ensurePythonEnvironment, type PythonEnvironment } from '../peers/python-environment.ts';
import { hasTool, requireTool } from '../require-tool.ts';
import { listCases } from './cases.ts';

const run = promisify(execFile);

/** Tools that nobody here wrote. */
const PINS = ['check-jsonschema==0.39.0', 'kubernetes-validate==1.37.0', 'PyYAML==6.0.3'];

const hasAll = () => hasTool('python3') && hasTool('kubectl');

requireTool('python3 and kubectl', hasAll)('other people’s tools accept what is generated', () => {
  const folder = mkdtempSync(join(tmpdir(), 'render-'));
  const cases = listCases();
  let environment: PythonEnvironment;

  beforeAll(async () => {
    environment = await ensurePythonEnvironment(PINS);
    for (const [name, manifest] of cases) writeProject(await renderProject(manifest), join(folder, name));
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('check-jsonschema: every pipeline', async () => {
    const paths = ['checks', 'ci', 'retrain'].flatMap((name) => [
      `ci-train/${name}.yml`,
      `ci-train/templates/${name}.yml`,
    ]);
    const all = [...paths, 'deploy/deploy.yml', 'deploy/templates/deploy.yml'];
    const files = cases.flatMap(([name]) => all.map((path) => join(folder, name, 'pipelines', path)));
    const program = join(environment.programs, 'check-jsonschema');
    // Some of Microsoft's patterns are no unicode patterns.
    const schema = ['--builtin-schema', 'vendor.azure-pipelines', '--regex-variant', 'nonunicode'];
    const { stdout } = await run(program, [...schema, ...files]);
    expect(stdout).toContain('ok -- validation done');
  }, 120_000);

  it('kubectl and kubernetes-validate: every manifest, none of them the whole cluster’s', async () => {
    const folders = cases.map(([name]) => join(folder, name, 'pipelines/deploy/k8s'));
    const { stdout } = await run(environment.python, [join(ROOT, 'test/render/check_kubernetes.py'), ...folders]);
    expect(stdout).toBe('');
  }, 120_000);
});
