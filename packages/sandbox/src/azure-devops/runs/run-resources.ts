import type { Job, Pipeline, Stage, Step, Variable } from '../../agent/compile/pipeline.ts';
import { replaceMacros } from '../../agent/expression/replace-macros.ts';
import type { Data } from '../../agent/tree.ts';
import type { Scene } from '../pull-request-policies.ts';
import { queuesOf } from '../queues.ts';
import type { Definition, Endpoint, Organization, Project } from '../state.ts';

/** Something protected that a stage uses. */
export interface StageResource {
  readonly type: 'endpoint' | 'environment' | 'queue' | 'variablegroup';
  readonly id: string;
  readonly name: string;
}

/** What a pipeline's stages use. */
export interface PipelineResources {
  /** By name of the stage. */
  readonly byStage: Readonly<Record<string, readonly StageResource[]>>;
  /** What does not exist, in the service's words. */
  readonly missing: readonly string[];
}

const REFER = 'For authorization details, refer to https://aka.ms/yamlauthz.';

/** Inputs of tasks that name a service connection; the second name is an alias of the first (tasks' own task.json). */
const CONNECTION_INPUTS: Readonly<Record<string, readonly string[]>> = {
  'AzureCLI@2': ['azureSubscription', 'connectedServiceNameARM'],
};

interface Finder {
  readonly scene: Scene;
  readonly project: Project;
  readonly definition: Definition;
  readonly pipeline: Pipeline;
  /** Variables that are known before the run, which names of connections may be made of. */
  readonly variables: Readonly<Record<string, string>>;
}

type Found = StageResource | string;

/** Finds what each stage of a pipeline uses; a text stands for what is missing. */
export function findResources(finder: Finder): PipelineResources {
  const { pipeline } = finder;
  const shared = pipeline.variables.flatMap((variable) => findGroup(finder, variable));
  const byStage = pipeline.stages.map((stage) => [stage.name, [...shared, ...findOfStage(finder, stage)]] as const);
  const missing = byStage.flatMap(([, found]) => found.filter((each) => typeof each === 'string'));
  return {
    byStage: Object.fromEntries(byStage.map(([name, found]) => [name, listUnique(found)])),
    missing: [...new Set(missing)],
  };
}

function listUnique(found: readonly Found[]): readonly StageResource[] {
  const byKey = new Map<string, StageResource>();
  for (const each of found) if (typeof each !== 'string') byKey.set(`${each.type}:${each.id}`, each);
  return [...byKey.values()];
}

function findOfStage(finder: Finder, stage: Stage): readonly Found[] {
  return [
    ...stage.variables.flatMap((variable) => findGroup(finder, variable)),
    ...stage.jobs.flatMap((job) => findOfJob(finder, stage, job)),
  ];
}

function findOfJob(finder: Finder, stage: Stage, job: Job): readonly Found[] {
  const pool = job.settings.pool ?? stage.settings.pool ?? finder.pipeline.pool;
  const steps = [...job.steps, ...(job.deployment?.hooks ?? []).flatMap((hook) => hook.steps)];
  return [
    ...job.variables.flatMap((variable) => findGroup(finder, variable)),
    findQueue(finder, job, pool),
    ...(job.kind === 'deployment' ? [findEnvironment(finder, job)] : []),
    ...steps.flatMap((step) => findConnection(finder, job, step)),
  ];
}

function findGroup({ scene, project }: Finder, variable: Variable): readonly Found[] {
  if (variable.kind === 'value') return [];
  const { group: name } = variable;
  const group = scene.organization.variableGroups.find(
    (each) => each.projectId === project.id && each.name.toLowerCase() === name.toLowerCase(),
  );
  if (group) return [{ type: 'variablegroup', id: String(group.id), name: group.name }];
  return [
    `Variable group ${name} could not be found. The variable group does not exist or has not been authorized for use. ${REFER}`,
  ];
}

/** Name of a pool, as `pool: name`, `pool: { name }` or an image of the hosted pool. */
function toPoolName(pool: Data | undefined): string | undefined {
  if (typeof pool === 'string') return pool === '' ? undefined : pool;
  if (typeof pool !== 'object' || Array.isArray(pool)) return undefined;
  const { name, vmImage } = pool as Readonly<Record<string, Data>>;
  if (typeof name === 'string' && name !== '') return name;
  return vmImage === undefined ? undefined : 'Azure Pipelines';
}

function findQueue({ project, definition }: Finder, job: Job, pool: Data | undefined): Found {
  const name = toPoolName(pool);
  const queues = queuesOf(project);
  const usual = queues.find(({ id }) => id === definition.body.queue) ?? queues.find((queue) => queue.pool.isHosted);
  const queue = name === undefined ? usual : queues.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (queue) return { type: 'queue', id: String(queue.id), name: queue.name };
  return `Job ${job.name}: Could not find a pool with name ${name ?? ''}. The pool does not exist or has not been authorized for use. ${REFER}`;
}

/** Name of a deployment's environment: `environment: prod`, `prod.resource`, or `{ name }`. */
export function toEnvironmentName({ settings }: Job): string {
  const { environment = '' } = settings;
  if (typeof environment === 'string') return environment.split('.')[0] ?? '';
  const { name = '' } = environment as Readonly<Record<string, Data>>;
  return typeof name === 'string' ? name : '';
}

function findEnvironment({ scene, project, variables }: Finder, job: Job): Found {
  const name = replaceMacros(toEnvironmentName(job), variables);
  const environment = scene.organization.environments.find(
    (each) => each.projectId === project.id && each.name.toLowerCase() === name.toLowerCase(),
  );
  if (environment) return { type: 'environment', id: String(environment.id), name: environment.name };
  return `Job ${job.name}: Environment ${name} could not be found. The environment does not exist or has not been authorized for use.`;
}

/** A service connection of a project, by name or id. */
export function findEndpoint({ endpoints }: Organization, project: Project, nameOrId: string): Endpoint | undefined {
  const wanted = nameOrId.toLowerCase();
  return endpoints.find(({ id, references }) =>
    references.some(
      (reference) => reference.projectId === project.id && (id === wanted || reference.name.toLowerCase() === wanted),
    ),
  );
}

function findConnection({ scene, project, variables }: Finder, job: Job, step: Step): readonly Found[] {
  const aliases = CONNECTION_INPUTS[step.task] ?? [];
  const [input, given] =
    Object.entries(step.inputs).find(([name]) => aliases.some((alias) => alias.toLowerCase() === name.toLowerCase())) ??
    [];
  if (input === undefined || given === undefined) return [];
  const name = replaceMacros(given, variables);
  const endpoint = findEndpoint(scene.organization, project, name);
  if (endpoint) return [{ type: 'endpoint', id: endpoint.id, name }];
  const where = `Job ${job.name}: Step ${step.name ?? step.task.replace(/@.*/, '')} input ${input}`;
  return [
    `${where} references service connection ${name} which could not be found. The service connection does not exist, has been disabled or has not been authorized for use. ${REFER}`,
  ];
}
