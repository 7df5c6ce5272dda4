import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Manifest } from '../../packages/core/src/index.ts';
import { readManifest } from '../../scripts/render.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { ensurePythonEnvironment } from '../peers/python-environment.ts';
import { createPythonProject, hasPython, type PythonProject } from '../render/python-project.ts';
import { requireTool } from '../require-tool.ts';
import { type ServiceProcess, startService, trainModel } from './service-process.ts';

const run = promisify(execFile);
const MINUTES = 60_000;

/** Requests for each address, right ones and wrong ones. The seed makes a failure repeatable. */
const EXAMPLES = 150;
const SEED = 20261122;

/** One example for each framework that serves in its own way. */
const CASES = ['ottawa-over-asking', 'avis-meteo'];

requireTool('python 3.11', hasPython).each(CASES)('the service of %s under attack', (name) => {
  const manifest: Manifest = { ...readManifest(join(ROOT, 'examples', `${name}.yaml`)), languages: ['en', 'fr'] };
  let project: PythonProject;
  let service: ServiceProcess;

  beforeAll(async () => {
    project = await createPythonProject(manifest);
    service = await startService(project, await trainModel(project, '--mode', 'test'));
  }, 15 * MINUTES);
  afterAll(async () => {
    await service?.stop();
    if (project) rmSync(project.folder, { recursive: true, force: true });
  });

  it('schemathesis finds no 5xx, no broken promise, no wrong request taken', { timeout: 10 * MINUTES }, async () => {
    const { programs } = await ensurePythonEnvironment(['schemathesis==4.32.5']);
    const report = join(project.folder, 'schemathesis.json');
    const how = ['--checks', 'all', '--mode', 'all', '--phases', 'examples,coverage,fuzzing', '--continue-on-failure'];
    const size = ['--max-examples', `${EXAMPLES}`, '--seed', `${SEED}`, '--no-color', '--report-json-path', report];
    // Its data base of earlier failures would be written into the current folder.
    const ended = await run(join(programs, 'schemathesis'), ['run', `${service.url}/openapi.json`, ...how, ...size], {
      cwd: project.folder,
      maxBuffer: 64 * 1024 * 1024,
    }).catch((error: { readonly stdout?: string }) => ({ stdout: `FAILED\n${error.stdout ?? error}` }));
    expect(ended.stdout, ended.stdout).toMatch(/(\d{3,}) generated, \1 passed/);
    expect(ended.stdout).toContain('No issues found');
    expect(readFileSync(report, 'utf8')).toContain('/v1/score');
    const failures = service
      .readLog()
      .split('\n')
      .filter((line) => line.includes('"event": "failure"'));
    expect(failures).toEqual([]);
  });

  it('describes itself in English and French, identical but for texts', async () => {
    const [english, french] = await Promise.all(['en', 'fr'].map((language) => readDocument(service.url, language)));
    expect(withoutTexts(english)).toEqual(withoutTexts(french));
    const [first, second] = [listTexts(english), listTexts(french)];
    expect(first.length).toBeGreaterThan(20);
    expect(second).toHaveLength(first.length);
    const same = first.filter((text, index) => text === second[index]);
    expect(same).toEqual([]);
  });
});

/** What people read; everything else is for programs, and the same in each language. */
const TEXTS = new Set(['title', 'summary', 'description']);

async function readDocument(url: string, language: string): Promise<unknown> {
  const answer = await fetch(`${url}/openapi.${language}.json`);
  expect(answer.headers.get('content-language')).toBe(language);
  return answer.json();
}

function withoutTexts(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutTexts);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([key, value]) => !TEXTS.has(key) || typeof value !== 'string');
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutTexts(value)]));
}

function listTexts(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(listTexts);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    TEXTS.has(key) && typeof value === 'string' ? [value] : listTexts(value),
  );
}
