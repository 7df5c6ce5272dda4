import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Files, toNames } from '../../packages/core/src/index.ts';
import { toVariableGroups } from '../../packages/pipeline-templates/src/index.ts';
import { renderProject } from '../../scripts/render.ts';
import { aTarget } from '../build.ts';
import { findSchemaErrors } from './azure-pipelines.ts';
import { listCases } from './cases.ts';
import {
  findLostDependencies,
  findLostOutputs,
  findLostScripts,
  findUndefinedVariables,
  getText,
  listJobs,
  listSteps,
  readPipelines,
} from './references.ts';

it('the schema notices what is wrong', () => {
  expect(findSchemaErrors('trigger: none\nschedules:\n  - { cron: "0 6 * * 1", alwayz: true }')).not.toEqual([]);
  expect(findSchemaErrors('steps:\n  - task: AzureCLI@2\n    inputs: { azureSubscription: x }')).not.toEqual([]);
});

describe.each(listCases())('%s', (_name, manifest) => {
  let files: Files;
  const names = toNames(manifest);

  beforeAll(async () => {
    files = await renderProject(manifest);
  });

  it('has four pipelines, each of an entry that is read at a glance and a body', () => {
    const pipelines = readPipelines(files);
    expect(pipelines.map((pipeline) => pipeline.path)).toEqual([
      'pipelines/ci-train/checks.yml',
      'pipelines/ci-train/ci.yml',
      'pipelines/ci-train/retrain.yml',
      'pipelines/deploy/deploy.yml',
    ]);
    for (const { path } of pipelines) expect(getText(files, path).trimEnd().split('\n').length).toBeLessThanOrEqual(25);
  });

  it('every pipeline is valid against the schema of Azure Pipelines', () => {
    for (const { path, bodyPath } of readPipelines(files)) {
      expect({ path, errors: findSchemaErrors(getText(files, path)) }).toEqual({ path, errors: [] });
      expect({ bodyPath, errors: findSchemaErrors(getText(files, bodyPath)) }).toEqual({ bodyPath, errors: [] });
    }
  });

  it('everything that a pipeline refers to is there', () => {
    const groups = toVariableGroups(manifest, names, aTarget());
    const shared = Object.keys(parse(getText(files, 'pipelines/variables.yml')).variables);
    for (const pipeline of readPipelines(files)) {
      const text = getText(files, pipeline.bodyPath);
      const ofGroup = pipeline.entry.variables.flatMap(({ group }: { group?: string }) =>
        group === undefined ? [] : Object.keys(group === names.variableGroups.ci ? groups.ci : groups.deploy),
      );
      expect(pipeline.entry.variables[0].template).toBe('../variables.yml');
      expect(findUndefinedVariables(pipeline, text, new Set([...shared, ...ofGroup]))).toEqual([]);
      expect(findLostDependencies(pipeline.body)).toEqual([]);
      expect(findLostOutputs(pipeline.body, text)).toEqual([]);
      expect(findLostScripts(files, text)).toEqual([]);
    }
  });

  it('keeps the two identities apart', () => {
    const uses = readPipelines(files).map(({ path, entry, bodyPath }) => {
      const text = getText(files, bodyPath);
      const groups = entry.variables.flatMap(({ group }: { group?: string }) => (group ? [group] : []));
      return [path, groups, text.includes('CI_CONNECTION'), text.includes('DEPLOY_CONNECTION')];
    });
    expect(uses).toEqual([
      ['pipelines/ci-train/checks.yml', [], false, false],
      ['pipelines/ci-train/ci.yml', [names.variableGroups.ci], true, false],
      ['pipelines/ci-train/retrain.yml', [names.variableGroups.deploy], false, true],
      ['pipelines/deploy/deploy.yml', [names.variableGroups.deploy], false, true],
    ]);
  });

  it('limits every job, and puts no expression into a shell', () => {
    for (const { body } of readPipelines(files)) {
      for (const job of body.stages.flatMap(listJobs)) {
        expect(job.timeoutInMinutes).toBeDefined();
        for (const step of listSteps(job)) {
          const shell = String(step.bash ?? step.inputs?.inlineScript ?? '');
          expect(shell).not.toMatch(/\$\{\{|\$\(|\$\[/);
        }
      }
    }
  });

  it('starts by what it should and by nothing else', () => {
    const [checks, ci, retrain, deploy] = readPipelines(files).map((pipeline) => pipeline.entry);
    for (const entry of [checks, ci, retrain]) expect([entry?.trigger, entry?.pr]).toEqual(['none', 'none']);
    expect(ci?.lockBehavior).toBe('sequential');
    expect(deploy?.trigger.branches.include).toEqual(['main']);
    expect(deploy?.resources.pipelines).toEqual([
      { pipeline: 'retrain', source: names.pipelines.retrain, trigger: { branches: { include: ['main'] } } },
    ]);
    expect((retrain?.schedules ?? []).length).toBeGreaterThanOrEqual(manifest.retraining.schedules.length);
    for (const schedule of retrain?.schedules ?? [])
      expect(schedule).toMatchObject({ always: 'true', branches: { include: ['main'] } });
  });

  it('leaves no placeholder, no anchor and no long path behind', () => {
    for (const [path, { contents }] of files) {
      expect(path.length).toBeLessThanOrEqual(120);
      if (!/^pipelines\/.*\.(ya?ml|json)$/.test(path)) continue;
      expect({ path, found: /(^|[^$])\{\{/m.exec(contents)?.[0] }).toEqual({ path, found: undefined });
      expect({ path, found: /: [&*]\w/.exec(path.endsWith('.yml') ? contents : '')?.[0] }).toEqual({
        path,
        found: undefined,
      });
    }
  });

  it('says only what the Azure CLI is known to answer, and knows no laptop', () => {
    const scripts = [...files].filter(([path]) => path.startsWith('pipelines/') && !path.includes('/tests/'));
    const spoken = scripts.flatMap(([, { contents }]) =>
      [...contents.matchAll(/"az", ((?:"[a-z-]+",? ?)+)|run\(\[("account".*?"--)/g)].map((match) =>
        [...(match[1] ?? match[2] ?? '').matchAll(/"([a-z][a-z-]*)"/g)].map((word) => word[1]).join(' '),
      ),
    );
    expect(new Set(spoken)).toEqual(
      new Set(['account get-access-token', 'acr login', 'acr repository show', 'aks get-credentials']),
    );
    for (const [path, { contents }] of scripts)
      expect({ path, found: /sandbox/i.exec(contents)?.[0] }).toEqual({ path, found: undefined });
  });
});
