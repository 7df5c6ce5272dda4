import { Cancelled, type Translate, UserError } from '@create-mlops-model/core';
import type { PipelineRun } from '../services/azure-devops/runs.ts';
import type { Rehearsal } from './rehearsal.ts';

/** How often the services are asked, and how long at most. Milliseconds. */
const PAUSE = 1000;
const LONGEST = 60 * 60_000;

/** Asks again and again until there is an answer. @throws Cancelled after Ctrl-C; UserError where none comes */
export async function until<Value>(
  { context }: Pick<Rehearsal, 'context'>,
  find: () => Promise<Value | undefined>,
): Promise<Value> {
  for (let waited = 0; waited < LONGEST; waited += PAUSE) {
    if (context.signal.aborted) throw new Cancelled();
    const value = await find();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  throw new UserError(
    'try-again',
    {
      en: 'Rehearsing: the sandbox did not finish in an hour.',
      fr: 'Répétition\u00a0: le bac à sable n’a pas terminé en une heure.',
    },
    {
      en: 'Run "rehearse" again: it goes on with this chapter.',
      fr: 'Relancez «\u00a0rehearse\u00a0»\u00a0: la répétition reprend à ce chapitre.',
    },
  );
}

/** Waits until so many runs are there and have succeeded; a line each time one of them changes. @throws UserError where one failed */
export async function watchRuns(
  rehearsal: Rehearsal,
  find: () => Promise<readonly PipelineRun[]>,
  count: number,
): Promise<readonly PipelineRun[]> {
  const runs = await awaitRuns(rehearsal, find, count);
  for (const run of runs) if (run.result !== 'succeeded') await refuse(rehearsal, run);
  return runs;
}

/** Waits until so many runs are there and have ended, however; a line each time one of them changes. */
export async function awaitRuns(
  rehearsal: Rehearsal,
  find: () => Promise<readonly PipelineRun[]>,
  count: number,
): Promise<readonly PipelineRun[]> {
  const { terminal, translate } = rehearsal.context;
  const shown = new Map<number, string>();
  return until(rehearsal, async () => {
    const found = await find();
    for (const run of found) {
      const state = run.result ?? run.status;
      if (shown.get(run.id) === state) continue;
      shown.set(run.id, state);
      const { pipeline, number } = run;
      terminal.print(`  ${translate('rehearse.run', { pipeline, number, state: describeState(state, translate) })}`);
    }
    return found.length >= count && found.every(({ status }) => status === 'completed') ? found : undefined;
  });
}

function describeState(state: string, translate: Translate): string {
  switch (state) {
    case 'notStarted':
      return translate('rehearse.run.waiting');
    case 'inProgress':
      return translate('rehearse.run.running');
    case 'succeeded':
      return translate('rehearse.run.succeeded');
    case 'failed':
      return translate('rehearse.run.failed');
    default:
      return state;
  }
}

async function refuse({ session }: Rehearsal, { id, pipeline, number }: PipelineRun): Promise<never> {
  const failure = await session.services.azureDevOps.runs.findFailure(id);
  const where = failure === undefined ? '' : `\n  ${failure.step}: ${failure.message}`;
  throw new UserError(
    'failed',
    {
      en: `Rehearsing: the run ${number} of ${pipeline} did not succeed.${where}`,
      fr: `Répétition\u00a0: l’exécution ${number} de ${pipeline} n’a pas réussi.${where}`,
    },
    {
      en: 'Put it right; "sandbox reset" starts over.',
      fr: 'Corrigez\u00a0; «\u00a0sandbox reset\u00a0» recommence à zéro.',
    },
  );
}
