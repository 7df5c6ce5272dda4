import { UserError } from '@create-mlops-model/core';
import { openRegistry } from '../../open-service.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { until } from '../watch-runs.ts';
import { canServe } from './can-serve.ts';
import { startDeploy, watchRun } from './deploy-runs.ts';
import { getRelease } from './endpoint.ts';
import { underLoad } from './under-load.ts';

/** The example's model overfits slowly: at this epoch it is at its best, before the notebook's own default. */
const EPOCHS = '11';

/** A better model replaces the one in service while another process calls it; nobody is turned away. */
export async function tellRollingUpdate(rehearsal: Rehearsal): Promise<void> {
  if (!(await canServe(rehearsal))) return;
  const { context, note, session } = rehearsal;
  const { terminal, translate } = context;
  const before = await getRelease(rehearsal);
  const newest = await findNewestVersion(rehearsal);
  const better = newest === before.version ? await trainBetter(rehearsal) : newest;
  const { value: run, load } = await underLoad(rehearsal, async () =>
    watchRun(rehearsal, (await startDeploy(rehearsal)).id),
  );
  note(translate('rehearse.result.run', { pipeline: session.project.names.pipelines.deploy }), String(run.id));
  if (load.last !== better || load.versions.join() !== [before.version, better].join()) {
    const seen = load.versions.join(', ');
    throw new UserError('failed', {
      en: `Rehearsing: versions ${before.version} and then ${better} were to answer; it was ${seen}, and ${load.last} last.`,
      fr: `Répétition\u00a0: les versions ${before.version} puis ${better} devaient répondre\u00a0; ce fut ${seen}, et ${load.last} à la fin.`,
    });
  }
  terminal.print(translate('rehearse.rolling.replaced', { before: before.version, after: better }));
  note(translate('rehearse.result.image'), (await getRelease(rehearsal)).image);
  note(translate('rehearse.result.served'), load.last);
}

async function findNewestVersion({ context, session }: Rehearsal): Promise<string> {
  const registry = await openRegistry(context, session);
  const [newest] = await registry.listVersions(session.project.names.registeredModel);
  return String(newest?.version ?? '');
}

/** A person runs the training job by hand with other epochs, and asks for its registration. @returns the new version */
async function trainBetter(rehearsal: Rehearsal): Promise<string> {
  const { context, note, session } = rehearsal;
  const { terminal, translate } = context;
  const { databricks } = session.services;
  const [job] = await databricks.listJobs(session.project.names.jobs.train);
  if (job === undefined) throw new Error('the chapters before have made the training job');
  terminal.print(translate('rehearse.rolling.training', { epochs: EPOCHS }));
  const id = await databricks.startRun(job.id, { mode: 'full', epochs: EPOCHS, register: 'true' });
  await until(rehearsal, async () => ((await databricks.hasEnded(id)) ? true : undefined));
  const run = (await databricks.listRuns(job.id)).find((each) => each.id === id);
  const said = run && (await databricks.findResult(run));
  const { model } = JSON.parse(said ?? '{}') as { readonly model?: { readonly version: string } | null };
  note(translate('rehearse.result.jobRun'), String(id));
  if (model) {
    note(translate('rehearse.result.version'), model.version);
    return String(model.version);
  }
  throw new UserError('failed', {
    en: `Rehearsing: the training run ${id} registered no better model.`,
    fr: `Répétition\u00a0: l’exécution d’entraînement ${id} n’a pas enregistré de meilleur modèle.`,
  });
}
