import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../../scripts/toolchain.mjs';
import { aManifest } from '../build.ts';
import { requireTool } from '../require-tool.ts';
import { createPythonProject, hasPython, type PythonProject, runPython } from './python-project.ts';

const MINUTES = 60_000;

/** What a team changes to bring scikit-learn's diabetes data: seed files only, five at most. */
const EDITED = ['api/schema.yaml', 'notebooks/data.py', 'notebooks/tests/test_data.py'];

const MANIFEST = aManifest({
  model: { name: 'diabetes', task: 'regression', metric: { name: 'rmse', goal: 'minimize' } },
});

requireTool('python 3.11', hasPython)('a repository whose example was replaced by diabetes', () => {
  let project: PythonProject;

  beforeAll(async () => {
    project = await createPythonProject(MANIFEST);
    for (const path of EDITED) {
      const own = readFileSync(join(ROOT, 'test/render/diabetes', path.split('/').at(-1) ?? ''), 'utf8');
      writeFileSync(join(project.folder, path), own);
    }
    const documents = await runPython(project, 'api/openapi.py');
    expect(documents, documents.output).toMatchObject({ code: 0 });
  }, 15 * MINUTES);
  afterAll(() => {
    if (project) rmSync(project.folder, { recursive: true, force: true });
  });

  it('took edits of seed files only', () => {
    expect(EDITED.length).toBeLessThanOrEqual(5);
    for (const path of EDITED) expect(project.files.get(path)?.ownership, path).toBe('seed');
  });

  it('trains in full mode, passes the gate and registers', { timeout: 5 * MINUTES }, async () => {
    const train = ['notebooks/model_train.py', '--mode', 'full', '--register', 'true'];
    const first = await runPython(project, ...train);
    expect(first, first.output.slice(-4000)).toMatchObject({ code: 0 });
    const result = readResult(first.output);
    expect(result).toMatchObject({ gate: { outcome: 'first-model' }, model: { name: 'diabetes', version: '1' } });
    // Guessing the mean is off by 77.
    expect(result.metrics.rmse).toBeLessThan(65);
    const again = await runPython(project, ...train);
    expect(readResult(again.output)).toMatchObject({ gate: { outcome: 'not-better' }, model: null });
  });

  it('follows an edit of score.py alone: other unit in, one more field out', { timeout: 5 * MINUTES }, async () => {
    const path = join(project.folder, 'api/score.py');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before + readFileSync(join(ROOT, 'test/render/diabetes/score-addition.py'), 'utf8'));
    const ended = await runPython(project, join(ROOT, 'test/render/diabetes/ask.py'));
    writeFileSync(path, before);
    expect(ended, ended.output.slice(-4000)).toMatchObject({ code: 0 });
    expect(JSON.parse(ended.output.trim().split('\n').at(-1) ?? '')).toEqual({
      status: 200,
      fields: ['band', 'prediction'],
      unit: 'months',
      documented: ['prediction', 'band'],
      years: 422,
    });
  });

  it('passes all tests unchanged', { timeout: 15 * MINUTES }, async () => {
    const ended = await runPython(project, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'notebooks', 'api');
    expect(ended, ended.output.slice(-6000)).toMatchObject({ code: 0 });
  });
});

interface TrainingResult {
  readonly metrics: Readonly<Record<string, number>>;
}

function readResult(output: string): TrainingResult {
  const line = output.split('\n').find((text) => text.startsWith('{"schema"'));
  return JSON.parse(line ?? 'null') as TrainingResult;
}
