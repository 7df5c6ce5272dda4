import { UserError } from '@create-mlops-model/core';
import type { PipelineRun } from '../../services/azure-devops/runs.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { awaitRuns, watchRuns } from '../watch-runs.ts';

/** Runs of the deploy pipeline on main, newest first. */
export async function listDeployRuns({ session }: Rehearsal): Promise<readonly PipelineRun[]> {
  const { pipelines } = session.project.names;
  const runs = await session.services.azureDevOps.runs.list('main');
  return runs.filter(({ pipeline }) => pipeline === pipelines.deploy);
}

/** Starts the deploy pipeline by hand. @returns the run, not ended yet */
export async function startDeploy({ session }: Rehearsal): Promise<PipelineRun> {
  const { names } = session.project;
  const { definitions, runs } = session.services.azureDevOps;
  const definition = await definitions.find(names.pipelines.deploy, names.folder);
  if (definition === undefined) throw new Error(`the chapters before have made ${names.pipelines.deploy}`);
  return runs.start(definition.id);
}

/** Waits for one run. @throws UserError where it does not succeed */
export async function watchRun(rehearsal: Rehearsal, id: number): Promise<PipelineRun> {
  const [run] = await watchRuns(rehearsal, () => findRun(rehearsal, id), 1);
  return run as PipelineRun;
}

/** Waits for one run that is to fail. @returns what it said @throws UserError where it succeeds */
export async function watchFailure(rehearsal: Rehearsal, id: number): Promise<string> {
  const [run] = await awaitRuns(rehearsal, () => findRun(rehearsal, id), 1);
  const failure = await rehearsal.session.services.azureDevOps.runs.findFailure(id);
  if (run?.result === 'failed' && failure !== undefined) return failure.message;
  throw new UserError('failed', {
    en: `Rehearsing: the run ${run?.number} of ${run?.pipeline} was to fail, and ended as ${run?.result}.`,
    fr: `Répétition\u00a0: l’exécution ${run?.number} de ${run?.pipeline} devait échouer, et s’est terminée par ${run?.result}.`,
  });
}

async function findRun(rehearsal: Rehearsal, id: number): Promise<readonly PipelineRun[]> {
  return (await listDeployRuns(rehearsal)).filter((run) => run.id === id);
}

/** The run that a merge has started. */
export async function findRunOf(rehearsal: Rehearsal, commit: string): Promise<PipelineRun | undefined> {
  return (await listDeployRuns(rehearsal)).find((run) => run.commit === commit && run.reason !== 'manual');
}
