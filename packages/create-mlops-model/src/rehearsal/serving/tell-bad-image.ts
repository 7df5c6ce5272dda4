import { UserError } from '@create-mlops-model/core';
import type { Rehearsal } from '../rehearsal.ts';
import { until } from '../watch-runs.ts';
import { canServe } from './can-serve.ts';
import { findRunOf, watchFailure, watchRun } from './deploy-runs.ts';
import { getRelease } from './endpoint.ts';
import { type FileChange, mergeChange } from './merge-change.ts';
import { underLoad } from './under-load.ts';

const DOCKERFILE = 'pipelines/deploy/Dockerfile';
const DEPLOYMENT = 'pipelines/deploy/k8s/deployment.yaml';
const GOOD = '"uvicorn", "app:app"';
/** A slip that no test sees: the image is built, and what it starts is not there. */
const BAD = '"uvicorn", "ap:app"';
/** Seconds until a rollout counts as stuck; the shorter one is for whoever waits here. */
const USUAL = 'progressDeadlineSeconds: 300';
const SHORT = 'progressDeadlineSeconds: 60';

const SLIP: FileChange = {
  branch: 'rehearsal/bad-image',
  title: 'Start the service another way',
  edits: {
    [DOCKERFILE]: (text) => text.replace(GOOD, BAD),
    [DEPLOYMENT]: (text) => text.replace(USUAL, SHORT),
  },
};
const REMEDY: FileChange = {
  branch: 'rehearsal/good-image',
  title: 'Start the service as before',
  edits: {
    [DOCKERFILE]: (text) => text.replace(BAD, GOOD),
    [DEPLOYMENT]: (text) => text.replace(SHORT, USUAL),
  },
};

/** An image that cannot start is merged: its rollout is undone by itself, the old one serves on, and the run says so. */
export async function tellBadImage(rehearsal: Rehearsal): Promise<void> {
  if (!(await canServe(rehearsal))) return;
  const { context, note, session } = rehearsal;
  const { terminal, translate } = context;
  const pipeline = session.project.names.pipelines.deploy;
  const before = await getRelease(rehearsal);
  terminal.print(translate('rehearse.bad.change', { from: GOOD, to: BAD }));
  const commit = await mergeChange(rehearsal, SLIP);
  const { value: failed, load } = await underLoad(rehearsal, async () => {
    const { id } = await until(rehearsal, () => findRunOf(rehearsal, commit));
    return { id, said: await watchFailure(rehearsal, id) };
  });
  note(translate('rehearse.result.failedRun', { pipeline }), String(failed.id));
  terminal.print(translate('rehearse.bad.said', { message: failed.said }));
  const after = await getRelease(rehearsal);
  if (load.versions.join() !== before.version || after.version !== before.version) {
    throw new UserError('failed', {
      en: `Rehearsing: version ${before.version} was to serve on; it was ${load.versions.join(', ')}.`,
      fr: `Répétition\u00a0: la version ${before.version} devait continuer de servir\u00a0; ce fut ${load.versions.join(', ')}.`,
    });
  }
  terminal.print(translate('rehearse.bad.undone', { version: after.version, image: after.image }));
  note(translate('rehearse.result.image'), after.image);
  const remedy = await mergeChange(rehearsal, REMEDY);
  const { id } = await until(rehearsal, () => findRunOf(rehearsal, remedy));
  await watchRun(rehearsal, id);
  note(translate('rehearse.result.run', { pipeline }), String(id));
}
