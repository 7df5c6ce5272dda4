import type { Manifest } from './manifest.ts';
import type { Names } from './names.ts';
import { type Target, toMark } from './target.ts';

/** The two jobs: `integration` tests a pull request, `train` trains the model that is served. */
export type JobKind = 'integration' | 'train';

/** A job's parameter; handed to the notebook as a widget of the same name. Values are always text. */
export interface JobParameter {
  readonly name: string;
  readonly default: string;
}

/** A cluster that lives as long as the run. There is no field for an existing one. */
export interface NewCluster {
  readonly spark_version: string;
  readonly node_type_id: string;
  /** Absent with `autoscale`; 0 is a single node. */
  readonly num_workers?: number;
  readonly autoscale?: { readonly min_workers: number; readonly max_workers: number };
  /** One identity on the cluster: what Unity Catalog and ML runtimes ask for. */
  readonly data_security_mode: 'SINGLE_USER';
  readonly policy_id?: string;
  readonly spark_conf?: Readonly<Record<string, string>>;
  readonly custom_tags?: Readonly<Record<string, string>>;
}

/** Where a task's packages come from on serverless compute. */
export interface JobEnvironment {
  readonly environment_key: string;
  readonly spec: { readonly environment_version: string; readonly dependencies: readonly string[] };
}

/** The one task: the notebook. */
export interface NotebookTask {
  readonly task_key: string;
  readonly notebook_task: { readonly notebook_path: string; readonly source: 'WORKSPACE' };
  /** Absent on serverless compute. */
  readonly job_cluster_key?: string;
  /** Only on serverless compute. */
  readonly environment_key?: string;
  /** Absent on serverless compute, which takes them from its environment. */
  readonly libraries?: readonly { readonly requirements: string }[];
  readonly max_retries: number;
}

/** Settings of a job as Jobs API 2.2 takes them (`create`, `reset`). */
export interface JobSettings {
  readonly name: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly max_concurrent_runs: number;
  readonly queue: { readonly enabled: boolean };
  readonly timeout_seconds: number;
  readonly parameters: readonly JobParameter[];
  readonly job_clusters?: readonly { readonly job_cluster_key: string; readonly new_cluster: NewCluster }[];
  readonly environments?: readonly JobEnvironment[];
  readonly tasks: readonly NotebookTask[];
}

/** The tag that carries the mark (`toMark`), so that a job is known as ours from any machine. */
export const JOB_MARK_TAG = 'managed-by';

/** A pull request waits for this one; minutes. */
const INTEGRATION_TIMEOUT_MINUTES = 60;

/** Serverless environment version (Databricks: serverless environment versions). */
const ENVIRONMENT_VERSION = '4';

const CPU_NODE = 'Standard_D4ds_v5';
const GPU_NODE = 'Standard_NC4as_T4_v3';

/** The settings of one of the two jobs on a target. */
export function toJobSettings(manifest: Manifest, names: Names, kind: JobKind, target: Target): JobSettings {
  const isTraining = kind === 'train';
  const folder = isTraining ? names.databricks.main : names.databricks.integration;
  const minutes = isTraining ? manifest.retraining.timeoutMinutes : INTEGRATION_TIMEOUT_MINUTES;
  return {
    name: names.jobs[kind],
    description: isTraining
      ? 'Trains the model from branch main and registers it if it is better than the one in service.'
      : 'Tests the notebooks of one pull request on a sample; registers nothing.',
    tags: { [JOB_MARK_TAG]: toTagValue(toMark(target, names.model)), model: names.model, purpose: kind },
    max_concurrent_runs: 1,
    queue: { enabled: true },
    timeout_seconds: minutes * 60,
    parameters: [...toParameters(kind), { name: 'tracking_uri', default: target.trackingUri }],
    ...toCompute(manifest, kind, folder),
  };
}

/**
 * Training says nothing about epochs: the notebook's own default counts, which the team sets. The parameter is there all the same,
 * empty, because a run by hand can only change those that the job has.
 * An empty commit means that a person started the run.
 */
function toParameters(kind: JobKind): JobParameter[] {
  const isTraining = kind === 'train';
  return [
    { name: 'mode', default: isTraining ? 'full' : 'test' },
    { name: 'sample_fraction', default: isTraining ? '1.0' : '0.05' },
    { name: 'epochs', default: isTraining ? '' : '1' },
    // A run by hand registers only on request; the retraining pipeline asks for it.
    { name: 'register', default: 'false' },
    { name: 'git_commit', default: '' },
  ];
}

function toCompute(
  manifest: Manifest,
  kind: JobKind,
  folder: string,
): Pick<JobSettings, 'job_clusters' | 'environments' | 'tasks'> {
  const requirements = `/Workspace${folder}/requirements/train.txt`;
  const task = {
    task_key: kind,
    notebook_task: { notebook_path: `${folder}/notebooks/model_train`, source: 'WORKSPACE' },
    max_retries: 0,
  } as const;
  if (manifest.databricks.compute.serverless) {
    const spec = { environment_version: ENVIRONMENT_VERSION, dependencies: [`-r ${requirements}`] };
    return {
      environments: [{ environment_key: kind, spec }],
      tasks: [{ ...task, environment_key: kind }],
    };
  }
  return {
    job_clusters: [{ job_cluster_key: kind, new_cluster: toCluster(manifest) }],
    tasks: [{ ...task, job_cluster_key: kind, libraries: [{ requirements }] }],
  };
}

function toCluster(manifest: Manifest): NewCluster {
  const { compute } = manifest.databricks;
  const { workers, gpu, policyId } = compute;
  return {
    spark_version: gpu ? compute.sparkVersion.replace('-cpu-ml-', '-gpu-ml-') : compute.sparkVersion,
    // The default node has no GPU; a node that somebody chose stays.
    node_type_id: gpu && compute.nodeType === CPU_NODE ? GPU_NODE : compute.nodeType,
    ...(typeof workers === 'number'
      ? { num_workers: workers }
      : { autoscale: { min_workers: workers.min, max_workers: workers.max } }),
    data_security_mode: 'SINGLE_USER',
    ...(policyId ? { policy_id: policyId } : {}),
    ...(workers === 0 ? SINGLE_NODE : {}),
  };
}

/** What makes a cluster of no workers a working one (Databricks: single node compute, Jobs API). */
const SINGLE_NODE = {
  spark_conf: { 'spark.databricks.cluster.profile': 'singleNode', 'spark.master': 'local[*]' },
  custom_tags: { ResourceClass: 'SingleNode' },
} as const;

/**
 * Text that a tag takes (letters, digits, spaces and `+ - = . : / @ _`, 255 at most): job tags become tags of the cluster
 * and its virtual machines. What does not fit becomes `=` and its code, so that different texts stay different.
 */
export function toTagValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9 +\-.:/@_]/gu, (character) => `=${character.codePointAt(0)?.toString(16)}.`)
    .slice(0, 255);
}

/** What of a job's settings is the same on every target, as the repository keeps it to compare with the live job. */
export type ComparableJob = Omit<JobSettings, 'description' | 'tags' | 'parameters'> & {
  readonly parameters: Readonly<Record<string, string>>;
};

/**
 * The fields that decide what a run does, without those that differ by target (mark, tracking address).
 * Parameters by name: the service does not keep their order.
 */
export function toComparableJob(settings: JobSettings): ComparableJob {
  const { description: _description, tags: _tags, parameters, ...rest } = settings;
  const kept = parameters.filter((parameter) => parameter.name !== 'tracking_uri');
  return { ...rest, parameters: Object.fromEntries(kept.map((parameter) => [parameter.name, parameter.default])) };
}
