import { toNames } from '@create-mlops-model/core';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { aManifest, aTarget } from '../../../test/build.ts';
import { printEntries } from './entries.ts';
import { expiring } from './expiring.ts';
import { pipelineTemplate } from './pipeline-template.ts';
import { toVariableGroups } from './variable-groups.ts';
import { toPipelineVariables } from './variables.ts';

const entryOf = (path: string, manifest = aManifest()) =>
  parse(printEntries(manifest, toNames(manifest)).get(path) ?? '') as Record<string, unknown>;

describe('entries', () => {
  it('gives schedules in UTC, one line each, and none where there is none', () => {
    const schedules = [
      { cron: '0 6 * * 1', timeZone: 'America/Toronto' },
      { cron: '0 12,23 * * 5', timeZone: 'America/Vancouver' },
    ];
    expect(entryOf('pipelines/ci-train/retrain.yml', aManifest({ retraining: { schedules } })).schedules).toMatchObject(
      [
        { cron: '0 11 * * 1', displayName: '0 6 * * 1 (America/Toronto)' },
        { cron: '0 20 * * 5', displayName: '0 12,23 * * 5 (America/Vancouver)' },
        { cron: '0 7 * * 6' },
      ],
    );
    expect(entryOf('pipelines/ci-train/retrain.yml', aManifest({ retraining: { schedules: [] } }))).not.toHaveProperty(
      'schedules',
    );
  });

  it('takes a hosted image or a pool of one’s own', () => {
    expect(entryOf('pipelines/ci-train/ci.yml').pool).toEqual({ vmImage: 'ubuntu-24.04' });
    const own = aManifest({ devops: { pool: 'canada: "linux"' } });
    expect(entryOf('pipelines/ci-train/ci.yml', own).pool).toEqual({ name: 'canada: "linux"' });
  });

  it.each(['${{ variables.x }}', '$(System.AccessToken)', "$[ replace('a', 'b', 'c') ]"])(
    'refuses %s, which Azure would evaluate',
    (text) => {
      const usage = expect.objectContaining({ code: 'usage' });
      const print = (manifest: ReturnType<typeof aManifest>) => () => printEntries(manifest, toNames(manifest));
      expect(print(aManifest({ devops: { pool: `p ${text}` } }))).toThrow(usage);
      expect(print(aManifest({ image: { base: text } }))).toThrow(usage);
      expect(print(aManifest({ databricks: { folder: `/Shared/${text}` } }))).toThrow(usage);
    },
  );

  it('waits no longer than an agent may work, and stops waiting before it', () => {
    const limits = (pool: string, timeoutMinutes: number) => {
      const manifest = aManifest({ devops: { pool }, retraining: { timeoutMinutes } });
      const { RETRAIN_LIMIT_MINUTES, POLL_LIMIT_MINUTES } = toPipelineVariables(manifest, toNames(manifest));
      return [RETRAIN_LIMIT_MINUTES, POLL_LIMIT_MINUTES];
    };
    expect(limits('ubuntu-24.04', 180)).toEqual(['210', '200']);
    expect(limits('ubuntu-24.04', 1440)).toEqual(['360', '350']);
    expect(limits('own', 1440)).toEqual(['1470', '1460']);
  });
});

describe('toVariableGroups', () => {
  it('gives the CI identity nothing of the deployment', () => {
    const manifest = aManifest({ azure: { registry: 'contoso', cluster: 'aks-1', resourceGroup: 'rg-1' } });
    expect(toVariableGroups(manifest, toNames(manifest), aTarget())).toEqual({
      ci: { DATABRICKS_HOST: 'http://127.0.0.1:4011' },
      deploy: {
        DATABRICKS_HOST: 'http://127.0.0.1:4011',
        MLFLOW_TRACKING_URI: 'http://127.0.0.1:4012',
        REGISTRY_SERVER: '127.0.0.1:4013',
        REGISTRY_NAME: 'contoso',
        CLUSTER: 'aks-1',
        CLUSTER_RESOURCE_GROUP: 'rg-1',
      },
    });
  });
});

describe('pipelineTemplate', () => {
  it('takes one way to reach the service', () => {
    const paths = ['cluster', 'internal-load-balancer', 'gateway'].map((name) => `deploy/k8s/exposure.${name}.yaml`);
    const targets = paths.map((path) => pipelineTemplate.target(path, aManifest({ api: { exposure: 'gateway' } })));
    expect(targets).toEqual([undefined, undefined, 'pipelines/deploy/k8s/exposure.yaml']);
    expect(pipelineTemplate.target('ci-train/run_job.py', aManifest())).toBe('pipelines/ci-train/run_job.py');
  });
});

describe('expiring', () => {
  it('is in order of the last day, and every date is one', () => {
    const ends = expiring.map((each) => each.end);
    expect(ends).toEqual([...ends].sort());
    for (const end of ends) expect(new Date(`${end}T00:00:00Z`).toISOString().slice(0, 10)).toBe(end);
  });

  it('knows every thing that a new repository names', () => {
    const manifest = aManifest();
    const known = (kind: string, name: string) => expiring.some((each) => each.kind === kind && each.name === name);
    expect(known('python', manifest.python)).toBe(true);
    expect(known('base-image', toPipelineVariables(manifest, toNames(manifest)).BASE_IMAGE ?? '')).toBe(true);
    expect(known('databricks-runtime', manifest.databricks.compute.sparkVersion.split('.x')[0] ?? '')).toBe(true);
  });
});
