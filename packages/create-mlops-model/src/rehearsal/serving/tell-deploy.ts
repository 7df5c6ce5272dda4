import type { Rehearsal } from '../rehearsal.ts';
import { until } from '../watch-runs.ts';
import { canServe } from './can-serve.ts';
import { listDeployRuns, startDeploy, watchRun } from './deploy-runs.ts';
import { askModel, getEndpoint, getRelease, readExample } from './endpoint.ts';

/** The deploy pipeline puts the model into service as an image; somebody calls it. */
export async function tellDeploy(rehearsal: Rehearsal): Promise<void> {
  if (!(await canServe(rehearsal))) return;
  const { context, note, session } = rehearsal;
  const { terminal, translate } = context;
  // The retrainings have started it already.
  await until(rehearsal, async () => ((await listDeployRuns(rehearsal)).every(isDone) ? true : undefined));
  const [newest] = await listDeployRuns(rehearsal);
  const isLive = newest?.result === 'succeeded' && newest.tags.some((tag) => tag.startsWith('model-'));
  const run = isLive ? newest : await watchRun(rehearsal, (await startDeploy(rehearsal)).id);
  note(translate('rehearse.result.run', { pipeline: session.project.names.pipelines.deploy }), String(run.id));
  const { version, image, ready, wanted } = await getRelease(rehearsal);
  const values = { version, image, ready: String(ready), wanted: String(wanted) };
  terminal.print(translate('rehearse.deploy.serves', values));
  const endpoint = await getEndpoint(rehearsal);
  const { predictions, model } = await askModel(rehearsal, endpoint, await readExample(rehearsal, endpoint));
  const answer = JSON.stringify(predictions);
  terminal.print(translate('rehearse.deploy.answers', { url: endpoint, answer, version: model.version }));
  note(translate('rehearse.result.image'), image);
  note(translate('rehearse.result.served'), model.version);
}

function isDone({ status }: { readonly status: string }): boolean {
  return status === 'completed';
}
