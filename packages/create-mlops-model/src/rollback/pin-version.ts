import { createTranslate, editSelection, type Manifest, UserError } from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import { editProject } from '../proposal/edit-project.ts';
import { findPlace, type Proposal, propose } from '../proposal/propose.ts';
import type { PullRequestSpec } from '../services/azure-devops/pull-requests.ts';
import type { Session } from '../session.ts';

/** A pull request with its page. */
export interface Pin extends Proposal {
  readonly url: string;
  readonly branch: string;
}

/** Proposes that main serves this version; `undefined` where it does already. @throws UserError `conflict` */
export async function pinVersion(
  context: CommandContext,
  { project, services }: Session,
  version: number,
): Promise<Pin | undefined> {
  const { azureDevOps } = services;
  const { manifest, names } = project;
  const [repository, main] = await Promise.all([
    azureDevOps.repositories.find(names.repository),
    azureDevOps.repositories.findTip(names.repository, 'main'),
  ]);
  if (repository === undefined || main === undefined)
    throw new UserError('failed', context.translate('schedule.notOnServer'));
  const place = await findPlace(azureDevOps, repository.id, main, 'rollback');
  if (manifest.model.select === version && place.pullRequest === undefined) return undefined;
  const from = place.isNew ? 'main' : place.branch;
  const readText = (path: string) => azureDevOps.repositories.findText(repository.id, path, from);
  const edit = await editProject(context, readText, (text) => editSelection(text, version));
  const proposal = await propose(azureDevOps, place, edit, toSpec(manifest, version));
  const url = `${repository.webUrl}/pullrequest/${proposal.pullRequest.id}`;
  return { ...proposal, url, branch: place.branch };
}

/** In the model's first language, whoever proposes it. */
function toSpec({ languages, model }: Manifest, version: number): PullRequestSpec {
  const translate = createTranslate(languages[0] ?? 'en');
  const values = { version: String(version), before: String(model.select) };
  return { title: translate('rollback.title', values), description: translate('rollback.description', values) };
}
