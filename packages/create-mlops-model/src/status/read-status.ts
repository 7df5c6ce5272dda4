import type { CommandContext } from '../command.ts';
import { openRegistry, openServing } from '../open-service.ts';
import type { PipelineRun } from '../services/azure-devops/runs.ts';
import type { Cluster, Release } from '../services/cluster.ts';
import { readClock } from '../services/sandbox.ts';
import { getSandbox, type Session } from '../session.ts';
import { type Part, readPart } from './part.ts';
import { type ScheduleState, toScheduleState } from './read-schedule.ts';

/** The pipelines whose runs are shown. */
const SHOWN = ['deploy', 'retrain', 'ci'] as const;

/** The newest run of a pipeline. */
export interface LastRun {
  readonly pipeline: string;
  /** Absent: it never ran. */
  readonly run?: PipelineRun;
}

/** What the newest run that put something into service said of it. */
export interface Deployed {
  readonly version: string;
  /** Model version, training run and commit. */
  readonly image: string;
  readonly run: number;
  readonly at: string;
}

/** What the newest training said. */
export interface Training {
  readonly run: number;
  /** The metric that decides. */
  readonly metric?: number;
  /** The version that it registered. */
  readonly version?: string;
}

/** What the endpoint answers. */
export interface Endpoint {
  readonly version: string;
}

/** Everything that is read from the services. */
export interface ServiceStatus {
  readonly runs: Part<readonly LastRun[]>;
  readonly deployed: Part<Deployed | null>;
  readonly registered: Part<number | null>;
  readonly training: Part<Training | null>;
  readonly cluster: Part<Release | null>;
  readonly endpoint: Part<Endpoint | null>;
  readonly schedule: Part<ScheduleState>;
}

/** Asks all services at once; what one of them refuses is that part's problem alone. */
export async function readStatus(context: CommandContext, session: Session): Promise<ServiceStatus> {
  const { lang } = context.translate;
  const [runs, registered, training, [cluster, endpoint], schedule] = await Promise.all([
    readPart(lang, () => readRuns(session)),
    readPart(lang, () => readRegistered(context, session)),
    readPart(lang, () => readTraining(session)),
    readServing(context, session),
    readPart(lang, () => readSchedule(context, session)),
  ]);
  const deployed: Part<Deployed | null> = await readPart(lang, async () => (await listDeployed(session))[0] ?? null);
  return { runs, deployed, registered, training, cluster, endpoint, schedule };
}

async function readRuns({ project, services }: Session): Promise<readonly LastRun[]> {
  const { pipelines, folder } = project.names;
  const { definitions, runs } = services.azureDevOps;
  return Promise.all(
    SHOWN.map(async (key) => {
      const pipeline = pipelines[key];
      const definition = await definitions.find(pipeline, folder);
      const [run] = definition === undefined ? [] : await runs.listOf(definition.id, 1);
      return { pipeline, ...(run === undefined ? {} : { run }) };
    }),
  );
}

/** What deploy runs put into service, newest first, as their tags say; of several runs in a row with the same, the newest. */
export async function listDeployed({ project, services }: Session): Promise<readonly Deployed[]> {
  const { pipelines, folder } = project.names;
  const { definitions, runs } = services.azureDevOps;
  const definition = await definitions.find(pipelines.deploy, folder);
  if (definition === undefined) return [];
  const found = (await runs.listOf(definition.id, 100)).flatMap((run) => toDeployed(run) ?? []);
  return found.filter(({ image }, index) => image !== found[index - 1]?.image);
}

/** As `rollout.py` tags its run. */
function toDeployed({ id, tags, finished, queued }: PipelineRun): Deployed | undefined {
  const read = (name: string) => tags.find((tag) => tag.startsWith(`${name}-`))?.slice(name.length + 1);
  const [version, image] = [read('model'), read('image')];
  return version === undefined || image === undefined ? undefined : { version, image, run: id, at: finished ?? queued };
}

async function readRegistered(context: CommandContext, session: Session): Promise<number | null> {
  const versions = await (await openRegistry(context, session)).listVersions(session.project.names.registeredModel);
  return versions[0]?.version ?? null;
}

async function readTraining({ project, services }: Session): Promise<Training | null> {
  const { databricks } = services;
  const [job] = await databricks.listJobs(project.names.jobs.train);
  const run = job && (await databricks.listRuns(job.id)).at(-1);
  if (run === undefined) return null;
  const said = JSON.parse((await databricks.findResult(run)) ?? '{}') as {
    readonly metrics?: Readonly<Record<string, number>>;
    readonly model?: { readonly version: string } | null;
  };
  const metric = said.metrics?.[project.manifest.model.metric.name];
  const version = said.model?.version;
  return {
    run: run.id,
    ...(metric === undefined ? {} : { metric }),
    ...(version === undefined ? {} : { version }),
  };
}

async function readServing(
  context: CommandContext,
  session: Session,
): Promise<readonly [Part<Release | null>, Part<Endpoint | null>]> {
  const { lang } = context.translate;
  const opened = await readPart(lang, () => openServing(context, session));
  if ('problem' in opened) return [opened, opened];
  const cluster = opened.value;
  try {
    const release = await readPart(lang, async () => (await cluster.findRelease()) ?? null);
    const isServed = !('value' in release) || release.value !== null;
    return [release, isServed ? await readPart(lang, () => askEndpoint(cluster)) : { value: null }];
  } finally {
    cluster.close();
  }
}

/** Ready, and which version it says that it serves. */
async function askEndpoint(cluster: Cluster): Promise<Endpoint> {
  await cluster.ask('/readyz');
  const { version } = await cluster.ask<{ readonly version: string | number }>('/v1/model');
  return { version: String(version) };
}

const RETRAIN = 'pipelines/ci-train/retrain.yml';

async function readSchedule(context: CommandContext, session: Session): Promise<ScheduleState> {
  const { project, services } = session;
  const { names, manifest } = project;
  const { definitions, runs, repositories, branches } = services.azureDevOps;
  const [definition, repository] = await Promise.all([
    definitions.find(names.pipelines.retrain, names.folder),
    repositories.find(names.repository),
  ]);
  const [now, since, started] = await Promise.all([
    readNow(context, session),
    repository === undefined ? undefined : branches.findChange(repository.id, 'main', RETRAIN),
    definition === undefined ? [] : runs.listOf(definition.id, 20, 'schedule'),
  ]);
  return toScheduleState(manifest, { now, since, started: started.map(({ queued }) => new Date(queued)) });
}

/** The sandbox's clock can be set forward. */
async function readNow(context: CommandContext, { project, services }: Session): Promise<Date> {
  return project.target.kind === 'sandbox' ? readClock(await getSandbox(context), services.http) : new Date();
}
