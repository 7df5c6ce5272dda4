import { convertSchedule, nextRuns, UserError } from '@create-mlops-model/core';
import { describeRun } from '../report-result.ts';
import type { PipelineRun } from '../services/azure-devops/runs.ts';
import { readClock, setClock } from '../services/sandbox.ts';
import { getSandbox } from '../session.ts';
import type { Rehearsal } from './rehearsal.ts';
import { watchRuns } from './watch-runs.ts';

/** What the training notebook hands out; the fields told here. */
interface TrainingResult {
  readonly metrics: Readonly<Record<string, number>>;
  readonly gate: { readonly outcome: string; readonly current_version: number | null } | null;
  readonly model: { readonly version: string } | null;
}

/** The clock reaches the schedule, twice: the first model is registered, the second only if it is better. */
export async function tellRetraining(rehearsal: Rehearsal): Promise<void> {
  const first = await retrain(rehearsal, 1);
  if (first.model === null) {
    throw new UserError('failed', {
      en: 'Rehearsing: the first training registered no model.',
      fr: 'Répétition\u00a0: le premier entraînement n’a enregistré aucun modèle.',
    });
  }
  await retrain(rehearsal, 2);
}

/** The so-manieth run by the clock; one that a stopped rehearsal began is waited for. */
async function retrain(rehearsal: Rehearsal, count: number): Promise<TrainingResult> {
  const { context, session, note } = rehearsal;
  const { terminal, translate } = context;
  const { databricks } = session.services;
  const { names } = session.project;
  if ((await listScheduled(rehearsal)).length < count) await advance(rehearsal);
  // Oldest first: only this one has to be seen.
  const find = async () => [...(await listScheduled(rehearsal))].reverse().slice(count - 1, count);
  const [trained] = await watchRuns(rehearsal, find, 1);
  note(translate('rehearse.result.run', { pipeline: names.pipelines.retrain }), String(trained?.id));
  const job = (await databricks.listJobs(names.jobs.train))[0];
  // Nothing but the schedule starts it here.
  const run = job && (await databricks.listRuns(job.id))[count - 1];
  if (run === undefined) throw new Error(`${names.jobs.train} has fewer runs than its pipeline`);
  const result = JSON.parse((await databricks.findResult(run)) ?? '{}') as TrainingResult;
  note(translate('rehearse.result.jobRun'), String(run.id));
  tellOutcome(rehearsal, result);
  if (result.model) note(translate('rehearse.result.version'), result.model.version);
  terminal.print('');
  return result;
}

async function listScheduled({ session }: Rehearsal): Promise<readonly PipelineRun[]> {
  const { pipelines } = session.project.names;
  const runs = await session.services.azureDevOps.runs.list('main');
  return runs.filter(({ pipeline, reason }) => pipeline === pipelines.retrain && reason === 'schedule');
}

/** Sets the sandbox's clock a minute past the next due time. */
async function advance({ context, session }: Rehearsal): Promise<void> {
  const { http } = session.services;
  const sandbox = await getSandbox(context);
  const { schedules } = session.project.manifest.retraining;
  const now = await readClock(sandbox, http);
  const [schedule] = schedules;
  const [due] = schedule === undefined ? [] : nextRuns(convertSchedule(schedule).crons, 'UTC', now, 1);
  if (schedule === undefined || due === undefined) throw new Error('the rehearsal’s model has a schedule');
  const { terminal, translate } = context;
  terminal.print(translate('rehearse.clock', { due: describeRun(due, schedule.timeZone, translate).trim() }));
  await setClock(sandbox, http, new Date(due.getTime() + 60_000));
}

function tellOutcome({ context, manifest }: Rehearsal, { metrics, gate, model }: TrainingResult): void {
  const { terminal, translate } = context;
  const { name: metric } = manifest.model.metric;
  const value = metrics[metric]?.toFixed(4) ?? '';
  terminal.print(
    model === null
      ? translate('rehearse.retrained.notBetter', { metric, value, version: String(gate?.current_version) })
      : translate('rehearse.retrained.registered', { metric, value, version: model.version }),
  );
}
