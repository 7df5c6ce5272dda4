import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Files } from '../../packages/core/src/index.ts';
import { compilePipeline } from '../../packages/sandbox/src/agent/compile/compile-pipeline.ts';
import { printPipeline } from '../../packages/sandbox/src/agent/compile/print-pipeline.ts';
import { TASKS } from '../../packages/sandbox/src/agent/tasks.ts';
import { renderProject } from '../../scripts/render.ts';
import { listCases } from './cases.ts';
import { getText, readPipelines } from './references.ts';

async function compile(files: Files, path: string) {
  return compilePipeline({
    path: `/${path}`,
    text: getText(files, path),
    readFile: async (file) => files.get(file.slice(1))?.contents,
    describeMissing: (file) => `no ${file}`,
    parameters: {},
    variables: {},
    tasks: TASKS,
  });
}

describe.each(listCases())('%s', (_name, manifest) => {
  it('every pipeline expands to what can run, with nothing left to fill in', async () => {
    const files = await renderProject(manifest);
    for (const { path, entry } of readPipelines(files)) {
      const pipeline = await compile(files, path);
      const text = printPipeline(pipeline);
      expect({ path, left: /\$\{\{|extends|template:/.exec(text)?.[0] }).toEqual({ path, left: undefined });
      expect(parse(text).schedules).toEqual(entry.schedules);
      const steps = pipeline.stages.flatMap(({ jobs }) =>
        jobs.flatMap((job) => [...job.steps, ...(job.deployment?.hooks ?? []).flatMap((hook) => hook.steps)]),
      );
      const python = steps.filter(({ task }) => task === 'UsePythonVersion@0');
      expect(python.length).toBeGreaterThan(0);
      expect(new Set(python.map(({ inputs }) => inputs.versionSpec))).toEqual(new Set([manifest.python]));
    }
  });
});
