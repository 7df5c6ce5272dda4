import type { Hook, Job, Step } from '../../agent/compile/pipeline.ts';
import { replaceMacros } from '../../agent/expression/replace-macros.ts';
import type { JobEnd, JobVariable, JobWork } from '../../agent/run/job-work.ts';
import { runJob } from '../../agent/run/run-job.ts';
import { isObject } from '../call.ts';
import { toGitFolder } from '../world.ts';
import { toNow, toWorst } from './going-run.ts';
import { makeJobHost } from './job-host.ts';
import type { JobLeft, JobStart } from './run-jobs.ts';
import { toEnvironmentName } from './run-resources.ts';
import { addVariables, listPredefined, toJobVariables, toTexts } from './run-variables.ts';
import { startDeployment } from './start-deployment.ts';

/** Runs a job on its agent; a deployment hook by hook. */
export async function runAgentJob(start: JobStart): Promise<JobLeft> {
  const { job } = start;
  if (!job.deployment)
    return runOnAgent(start, { name: '__default', steps: job.steps, isDeployment: false, isFirst: true });
  const environment = replaceMacros(toEnvironmentName(job), toTexts(start.variables));
  const deployment = await startDeployment(start, environment);
  const left = await runHooks(start, job.deployment.hooks, deployment.variables).catch(async (error: unknown) => {
    await deployment.end('Failed');
    throw error;
  });
  await deployment.end(left.result);
  return left;
}

const ENDS: readonly Hook['name'][] = ['failure', 'success'];

/** One after the other until one fails; then what is to happen on failure, else on success. */
async function runHooks(
  start: JobStart,
  hooks: readonly Hook[],
  variables: Readonly<Record<string, string>>,
): Promise<JobLeft> {
  const ends: JobLeft[] = [];
  const isGood = () => ends.every(({ result }) => result === 'Succeeded' || result === 'SucceededWithIssues');
  const runHook = async ({ name, steps }: Hook) => {
    const isDeploy = name === 'deploy';
    const { result, outputs } = await runOnAgent(start, {
      // Outputs of `deploy` carry the job's own name (MicrosoftDocs process/deployment-jobs, runOnce).
      name: isDeploy ? start.job.name : toTitle(name),
      steps: isDeploy ? withDownloads(start, steps) : steps,
      isDeployment: true,
      isFirst: ends.length === 0,
      variables: { ...variables, 'Strategy.CycleName': isDeploy ? 'PrimaryDeploy' : toTitle(name) },
    });
    const prefix = isDeploy ? start.job.name : toTitle(name);
    const named = Object.entries(outputs).map(([key, value]) => [`${prefix}.${key}`, value] as const);
    ends.push({ result, outputs: Object.fromEntries(named) });
  };
  for (const hook of hooks.filter(({ name }) => !ENDS.includes(name))) if (isGood()) await runHook(hook);
  const last = isGood() ? 'success' : 'failure';
  const isCanceled = start.signal.aborted;
  for (const hook of hooks.filter(({ name }) => name === last)) if (!isCanceled) await runHook(hook);
  const outputs: Readonly<Record<string, JobVariable>> = Object.assign({}, ...ends.map((end) => end.outputs));
  return { result: toWorst(ends.map(({ result }) => result)), outputs };
}

function toTitle(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `deploy` gets all artifacts of its run where it does not download some itself (MicrosoftDocs process/deployment-jobs). */
function withDownloads({ run }: JobStart, steps: readonly Step[]): readonly Step[] {
  const task = 'DownloadPipelineArtifact@2';
  if (run.record.data.artifacts.length === 0 || steps.some((step) => step.task === task)) return steps;
  const settings = { displayName: 'Download artifacts' };
  return [{ task, inputs: { buildType: 'current' }, env: {}, settings }, ...steps];
}

interface Part {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly isDeployment: boolean;
  /** Nothing of this job has run before: what it wants to begin without may be taken away. */
  readonly isFirst: boolean;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Longest that a job's token is good for, in seconds: two days, as on the service. */
const LONGEST_TOKEN = 48 * 3600;

async function runOnAgent(start: JobStart, part: Part): Promise<JobEnd> {
  const { run, stage, job, title, phase, agent } = start;
  const { organization, project, repository, build, world } = run;
  const identifier = `${stage.name}.${job.name}.${part.name}`;
  const isAlone = part.name === '__default' || part.name === job.name;
  const record = run.record.add({
    parentId: phase.id,
    type: 'Job',
    name: isAlone ? title : `${title} ${part.name}`,
    identifier,
    refName: part.name,
    attempt: phase.attempt,
    state: 'inProgress',
    startTime: toNow(run),
    workerName: agent.name,
  });
  const timeoutMinutes = toMinutes(start, job, 'timeoutInMinutes', run.definition.body.jobTimeoutInMinutes, 60);
  const variables = addVariables(
    start.variables,
    listPredefined({ ...toJobNames(start, record.id, identifier), ...part.variables }),
    { variables: {} },
  );
  const seconds = timeoutMinutes > 0 ? Math.min(timeoutMinutes * 60 + 600, LONGEST_TOKEN) : LONGEST_TOKEN;
  const token = world.signIn.grantBuildToken(organization.id, project.id, seconds).text;
  const folders = agent.toFolders(`${organization.name}-${run.definition.id}`);
  const end = await runJob({
    steps: part.steps,
    implicitCheckout: !part.isDeployment,
    variables: {
      ...toJobVariables(variables),
      'System.AccessToken': { value: token, isSecret: true, isReadOnly: true },
    },
    repository: {
      folder: toGitFolder(world, repository),
      name: repository.name,
      url: `${world.origin()}/${organization.name}/${encodeURIComponent(project.name)}/_git/${encodeURIComponent(repository.name)}`,
      ref: build.branch,
      commitId: build.commitId,
    },
    folders,
    programs: await world.findPrograms(),
    clean: part.isFirst ? findClean(job) : undefined,
    timeoutMinutes,
    cancelTimeoutMinutes: toMinutes(
      start,
      job,
      'cancelTimeoutInMinutes',
      run.definition.body.jobCancelTimeoutInMinutes,
      5,
    ),
    signal: start.signal,
    host: makeJobHost(start, record, part.steps),
  });
  run.record.change(record, { state: 'completed', result: end.result, finishTime: toNow(run), issues: end.issues });
  return end;
}

/** `workspace: { clean: all }`. */
function findClean({ settings }: Job): JobWork['clean'] {
  const { workspace } = settings;
  const clean = isObject(workspace) ? workspace.clean : undefined;
  return (['outputs', 'resources', 'all'] as const).find((each) => each === clean);
}

function toMinutes(start: JobStart, { settings }: Job, name: string, usual: unknown, fallback: number): number {
  const own = settings[name];
  const text = typeof own === 'string' && own !== '' ? replaceMacros(own, toTexts(start.variables)) : usual;
  const minutes = Number(text ?? fallback);
  return Number.isFinite(minutes) && minutes >= 0 ? minutes : fallback;
}

function toJobNames(start: JobStart, id: string, identifier: string): Readonly<Record<string, string>> {
  const { stage, job, title, phase, agent } = start;
  const { displayName } = stage.settings;
  return {
    'Agent.Id': String(agent.number),
    'Agent.JobName': title,
    'Agent.MachineName': agent.name,
    'Agent.Name': agent.name,
    'System.JobAttempt': String(phase.attempt),
    'System.JobDisplayName': title,
    'System.JobId': id,
    'System.JobIdentifier': identifier,
    'System.JobName': '__default',
    'System.PhaseAttempt': String(phase.attempt),
    'System.PhaseDisplayName': phase.name,
    'System.PhaseId': phase.id,
    'System.PhaseName': job.name,
    'System.StageAttempt': String(phase.attempt),
    'System.StageDisplayName': typeof displayName === 'string' && displayName !== '' ? displayName : stage.name,
    'System.StageName': stage.name,
  };
}
