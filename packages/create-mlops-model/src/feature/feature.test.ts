import { createTranslate } from '@create-mlops-model/core';
import { describe, expect, it } from 'vitest';
import { fakeAzureDevOps } from '../../../../test/fakes/azure-devops.ts';
import { fakeDatabricks } from '../../../../test/fakes/databricks.ts';
import type { Policy } from '../services/azure-devops/policies.ts';
import { checkHygiene } from './check-hygiene.ts';
import { listRuns } from './list-runs.ts';
import { startFeature } from './start-feature.ts';

describe('hygiene', () => {
  const check = (path: string, text: string) =>
    checkHygiene(path, text, createTranslate('en')).map(({ line, message }) => `${line} ${message}`);
  const notebook = (...cells: readonly object[]) => JSON.stringify({ cells });

  it('takes clean files', () => {
    expect(check('notebooks/a.ipynb', notebook({ outputs: [], execution_count: null }, { source: ['1'] }))).toEqual([]);
    expect(check('notebooks/a.py', '# Databricks notebook source\nprint(1)\n')).toEqual([]);
    // A commit's name is no secret, and neither is one that is asked for.
    expect(check('a.py', `x = "${'0a'.repeat(20)}"\ny = dbutils.secrets.get("a", "b")\n`)).toEqual([]);
  });

  it('finds outputs by their cell', () => {
    expect(check('a.ipynb', notebook({}, { outputs: [{ text: 'a record' }] }, { execution_count: 3 }))).toEqual([
      '1 cell 2 holds outputs, which may show records: clear all outputs.',
      '1 cell 3 holds outputs, which may show records: clear all outputs.',
    ]);
    expect(check('a.ipynb', 'no json')).toEqual(['1 is not a readable notebook.']);
    expect(check('a.ipynb', 'null')).toEqual(['1 is not a readable notebook.']);
  });

  it('finds secrets by their line, and does not repeat them', () => {
    const token = `dapi${'0f'.repeat(16)}`;
    const found = check('a.py', `one\ntwo = "${token}"\nurl = "https://me:hunter22@example.ca"\n`);
    expect(found).toEqual(['2 looks like a secret: take it out.', '3 looks like a secret: take it out.']);
  });
});

describe('what will run', () => {
  const policy = (displayName: string, filenamePatterns: readonly string[], enabled = true): Policy => ({
    id: 1,
    enabled,
    blocking: true,
    kind: 'build',
    settings: { displayName, filenamePatterns },
  });

  it.each([
    [['notebooks/deep/er/a.py'], ['ci', 'all']],
    [['mlops.yaml'], ['ci', 'all']],
    [['README.md'], ['all']],
    [
      ['api/app.py', 'notebooks/readme.txt'],
      ['all', 'api'],
    ],
    [['api/tests/test_app.py'], ['all']],
  ])('%j', (files, expected) => {
    const policies = [
      policy('ci', ['/notebooks/*', '!/notebooks/*.txt', '/mlops.yaml']),
      policy('all', []),
      policy('api', ['/api/*', '!/api/tests/*']),
      policy('off', [], false),
    ];
    expect(listRuns(policies, files)).toEqual(expected);
  });
});

describe('a start', () => {
  const begin = async () => {
    const [azureDevOps, databricks] = [fakeAzureDevOps(), fakeDatabricks()];
    const { id, cloneUrl } = await azureDevOps.repositories.create('model');
    azureDevOps.state.mains.set(cloneUrl, { commit: 'c0ffee', files: new Map() });
    const folder = '/Users/you@example.test/model-demo';
    const source = { repositoryId: id, cloneUrl, main: 'c0ffee', branch: 'feature/demo', folder };
    return { azureDevOps, databricks, source, start: () => startFeature({ azureDevOps, databricks }, source) };
  };

  it('makes branch and folder once', async () => {
    const { azureDevOps, databricks, source, start } = await begin();
    expect(await start()).toMatchObject({ branchMade: true, folderMade: true });
    expect(await azureDevOps.repositories.findTip(source.repositoryId, 'feature/demo')).toBe('c0ffee');
    expect(await databricks.findGitFolder(source.folder)).toMatchObject({ branch: 'feature/demo' });
    expect(await start()).toMatchObject({ branchMade: false, folderMade: false });
  });

  it('takes up a run that died before the folder was on its branch', async () => {
    const { databricks, source, start } = await begin();
    await databricks.createGitFolder({ path: source.folder, url: source.cloneUrl });
    expect(await start()).toMatchObject({ branchMade: true, folderMade: false });
    expect(await databricks.findGitFolder(source.folder)).toMatchObject({ branch: 'feature/demo' });
  });

  it('changes nothing where something else holds the path', async () => {
    const { azureDevOps, databricks, source, start } = await begin();
    await databricks.createGitFolder({ path: source.folder, url: 'https://dev.azure.com/other/x/_git/y' });
    await expect(start()).rejects.toMatchObject({ code: 'blocked' });
    expect(await azureDevOps.repositories.findTip(source.repositoryId, 'feature/demo')).toBeUndefined();
  });
});
