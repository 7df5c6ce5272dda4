import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readManifest } from '../../scripts/render.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { requireTool } from '../require-tool.ts';
import { createPythonProject, hasPython, type PythonProject, runPython } from './python-project.ts';

const MINUTES = 60_000;

/** One example for each framework: scikit-learn, LightGBM, and one's own with no example at all. */
const CASES = ['ottawa-over-asking', 'avis-meteo', 'own-model'];

requireTool('python 3.11', hasPython).each(CASES)('the repository of %s', (name) => {
  let project: PythonProject;

  beforeAll(async () => {
    project = await createPythonProject(readManifest(join(ROOT, 'examples', `${name}.yaml`)));
  }, 15 * MINUTES);
  afterAll(() => {
    if (project) rmSync(project.folder, { recursive: true, force: true });
  });

  it('has the style that its own checks ask for', async () => {
    const style = await runPython(project, '-m', 'ruff', 'check', '--no-cache', '.');
    expect(style, style.output).toMatchObject({ code: 0 });
    const format = await runPython(project, '-m', 'ruff', 'format', '--no-cache', '--check', '.');
    expect(format, format.output).toMatchObject({ code: 0 });
  });

  it('passes its own hygiene checks', async () => {
    for (const script of ['check_manifest.py', 'check_notebooks.py']) {
      const ended = await runPython(project, `pipelines/ci-train/${script}`);
      expect(ended, ended.output).toMatchObject({ code: 0 });
    }
  });

  it('writes the OpenAPI documents that were generated with it', async () => {
    const before = new Map([...project.files].filter(([path]) => path.startsWith('api/openapi.')));
    const ended = await runPython(project, '-c', PRINT_DOCUMENTS);
    expect(ended, ended.output).toMatchObject({ code: 0 });
    const made = JSON.parse(ended.output.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    expect(Object.keys(made).length).toBeGreaterThan(0);
    for (const [language, document] of Object.entries(made)) {
      expect(document).toEqual(JSON.parse(before.get(`api/openapi.${language}.json`)?.contents ?? ''));
    }
  });

  it(
    'passes its own tests',
    async () => {
      const ended = await runPython(project, '-m', 'pytest', '-q', '-rs', '-p', 'no:cacheprovider');
      expect(ended, ended.output.slice(-6000)).toMatchObject({ code: 0 });
      expect(ended.output).toMatch(/\d+ passed/);
      // A skip inside would be a test that this machine could have run and did not.
      expect(ended.output).not.toMatch(/SKIPPED/);
    },
    15 * MINUTES,
  );
});

/** Prints `{language: document}` as the Python side makes them. */
const PRINT_DOCUMENTS = `
import json, sys
sys.path.insert(0, "api")
import score
from contract import load_contract
from openapi import to_openapi
from service_settings import load_service_settings
settings = load_service_settings()
contract = score.to_contract(load_contract())
print(json.dumps({language: to_openapi(contract, settings, language) for language in settings.languages}))
`;
