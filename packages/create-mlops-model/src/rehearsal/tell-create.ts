import { UserError } from '@create-mlops-model/core';
import { carryOut } from '../carry-out.ts';
import { renderProject } from '../render-project.ts';
import type { Rehearsal } from './rehearsal.ts';

/** A person makes a model: files, repository, pipelines, policies, Databricks side. */
export async function tellCreate({ context, manifest, session, note }: Rehearsal): Promise<void> {
  const files = await renderProject(manifest, context.version);
  const done = await carryOut(context, { ...session, project: { ...session.project, files } });
  if (done.exitCode !== 0) {
    throw new UserError(
      'failed',
      { en: 'Rehearsing: the model could not be made.', fr: 'Répétition\u00a0: le modèle n’a pas pu être créé.' },
      {
        en: 'Look at the lines above; "sandbox reset" starts over.',
        fr: 'Regardez les lignes ci-dessus\u00a0; «\u00a0sandbox reset\u00a0» recommence à zéro.',
      },
    );
  }
  const { repositories } = session.services.azureDevOps;
  const { repository } = session.project.names;
  const tip = await repositories.findTip(repository, 'main');
  note(context.translate('rehearse.result.commit'), tip ?? '');
  note(context.translate('rehearse.result.repository'), (await repositories.find(repository))?.cloneUrl ?? '');
}
