import { describe, expect, it } from 'vitest';
import { aManifest, aTarget } from '../../../test/build.ts';
import { JOB_MARK_TAG, type JobSettings, toComparableJob, toJobSettings, toTagValue } from './job-settings.ts';
import { toNames } from './names.ts';

function settingsFor(compute: object, kind: 'integration' | 'train' = 'train', target = aTarget()): JobSettings {
  const manifest = aManifest({ databricks: { compute } });
  return toJobSettings(manifest, toNames(manifest), kind, target);
}

/** Dotted path → value, for every leaf. */
function toLeaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, item]) => toLeaves(item, path === '' ? key : `${path}/${key}`));
}

const CLUSTER = 'job_clusters/0/new_cluster';

describe('compute', () => {
  it.each([
    {
      compute: 'CPU, single node',
      answers: { workers: 0 },
      required: {
        [`${CLUSTER}/spark_version`]: '17.3.x-cpu-ml-scala2.13',
        [`${CLUSTER}/node_type_id`]: 'Standard_D4ds_v5',
        [`${CLUSTER}/num_workers`]: 0,
        [`${CLUSTER}/data_security_mode`]: 'SINGLE_USER',
        [`${CLUSTER}/spark_conf/spark.master`]: 'local[*]',
        [`${CLUSTER}/custom_tags/ResourceClass`]: 'SingleNode',
        'tasks/0/job_cluster_key': 'train',
        'tasks/0/libraries/0/requirements': '/Workspace/Shared/mlops/ottawa-over-asking/main/requirements/train.txt',
      },
      forbidden: [`${CLUSTER}/autoscale/min_workers`, 'environments/0/environment_key', `${CLUSTER}/policy_id`],
    },
    {
      compute: 'autoscale',
      answers: { workers: { min: 2, max: 8 }, policyId: 'ABC123' },
      required: {
        [`${CLUSTER}/autoscale/min_workers`]: 2,
        [`${CLUSTER}/autoscale/max_workers`]: 8,
        [`${CLUSTER}/policy_id`]: 'ABC123',
      },
      forbidden: [`${CLUSTER}/num_workers`, `${CLUSTER}/spark_conf/spark.master`, 'environments/0/environment_key'],
    },
    {
      compute: 'GPU',
      answers: { gpu: true },
      required: {
        [`${CLUSTER}/spark_version`]: '17.3.x-gpu-ml-scala2.13',
        [`${CLUSTER}/node_type_id`]: 'Standard_NC4as_T4_v3',
        [`${CLUSTER}/num_workers`]: 0,
      },
      forbidden: [`${CLUSTER}/autoscale/min_workers`, 'environments/0/environment_key'],
    },
    {
      compute: 'serverless',
      answers: { serverless: true },
      required: {
        'environments/0/spec/environment_version': '4',
        'environments/0/spec/dependencies/0':
          '-r /Workspace/Shared/mlops/ottawa-over-asking/main/requirements/train.txt',
        'tasks/0/environment_key': 'train',
      },
      forbidden: [`${CLUSTER}/spark_version`, 'tasks/0/job_cluster_key', 'tasks/0/libraries/0/requirements'],
    },
  ])('$compute', ({ answers, required, forbidden }) => {
    const leaves = new Map(toLeaves(settingsFor(answers)));
    for (const [path, value] of Object.entries(required)) expect([path, leaves.get(path)]).toEqual([path, value]);
    const everywhere = ['existing_cluster_id', 'autotermination_minutes', 'git_source', 'schedule', 'notebook_params'];
    for (const path of leaves.keys()) {
      expect(forbidden).not.toContain(path);
      for (const field of everywhere) expect(path.split('/')).not.toContain(field);
    }
  });

  it('takes a GPU node that somebody chose as it is', () => {
    const leaves = new Map(toLeaves(settingsFor({ gpu: true, nodeType: 'Standard_NC24ads_A100_v4' })));
    expect(leaves.get(`${CLUSTER}/node_type_id`)).toBe('Standard_NC24ads_A100_v4');
  });
});

describe('the two jobs', () => {
  const parametersOf = (settings: JobSettings) =>
    Object.fromEntries(settings.parameters.map((parameter) => [parameter.name, parameter.default]));

  it('integration tests the notebook of the integration folder', () => {
    const settings = settingsFor({}, 'integration');
    expect(settings).toMatchObject({
      name: 'ottawa-over-asking-integration',
      max_concurrent_runs: 1,
      queue: { enabled: true },
      timeout_seconds: 3600,
      tasks: [
        { notebook_task: { notebook_path: '/Shared/mlops/ottawa-over-asking/integration/notebooks/model_train' } },
      ],
    });
    expect(parametersOf(settings)).toEqual({
      mode: 'test',
      sample_fraction: '0.05',
      epochs: '1',
      register: 'false',
      git_commit: '',
      tracking_uri: 'http://127.0.0.1:4012',
    });
  });

  it('train runs the notebook of the main Git folder, with the epochs that the notebook says', () => {
    const settings = settingsFor({});
    expect(settings).toMatchObject({
      name: 'ottawa-over-asking-train',
      timeout_seconds: 10_800,
      tasks: [{ notebook_task: { notebook_path: '/Shared/mlops/ottawa-over-asking/main/notebooks/model_train' } }],
    });
    const parameters = { mode: 'full', sample_fraction: '1.0', epochs: '', register: 'false' };
    expect(parametersOf(settings)).toMatchObject(parameters);
  });

  it('carries the mark, in a form that tags take', () => {
    const target = aTarget({ organization: 'contoso', project: 'Données & modèles' });
    expect(settingsFor({}, 'train', target).tags).toEqual({
      [JOB_MARK_TAG]: 'create-mlops-model:contoso/Donn=e9.es =26. mod=e8.les/ottawa-over-asking',
      model: 'ottawa-over-asking',
      purpose: 'train',
    });
    expect(toTagValue('é'.repeat(300))).toHaveLength(255);
    expect(toTagValue('a&b')).not.toBe(toTagValue('a b'));
    expect(toTagValue('a=26.b')).not.toBe(toTagValue('a&b'));
  });

  it('is compared without what differs by target', () => {
    const here = toComparableJob(settingsFor({}));
    const there = toComparableJob(
      settingsFor({}, 'train', aTarget({ organization: 'other', trackingUri: 'azureml://x' })),
    );
    expect(here).toEqual(there);
    expect(here.parameters).not.toHaveProperty('tracking_uri');
    expect(toComparableJob(settingsFor({ workers: 2 }))).not.toEqual(here);
  });
});
