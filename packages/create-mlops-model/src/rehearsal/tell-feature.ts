import { join } from 'node:path';
import { UserError } from '@create-mlops-model/core';
import { findMerged, leaveBranch, removeBranch } from '../feature/clean-up.ts';
import { toFeatureFolder } from '../feature/start-feature.ts';
import type { PullRequestState } from '../services/azure-devops/pull-requests.ts';
import type { Repository } from '../services/azure-devops/repositories.ts';
import { openSession, type Session } from '../session.ts';
import { asIdentity } from './as-identity.ts';
import { BRANCH, FOLDER, NAME, proposeFeature } from './propose-feature.ts';
import type { Rehearsal } from './rehearsal.ts';
import { until, watchRuns } from './watch-runs.ts';

/** A colleague changes a notebook; pipelines train on a sample; you approve; after the merge Databricks follows main. */
export async function tellFeature(rehearsal: Rehearsal): Promise<void> {
  const { disk, manifest, context } = rehearsal;
  const theirs = await asIdentity(context, 'colleague');
  const colleague = await openSession(theirs, { manifest, folder: join(disk.folder, FOLDER), kind: 'sandbox' });
  try {
    const repository = await getRepository(colleague);
    const before = await colleague.services.azureDevOps.pullRequests.findNewest(repository.id, BRANCH);
    if (before?.status !== 'completed') {
      const id = before?.status === 'active' ? before.id : await proposeFeature(rehearsal, colleague, repository);
      await review(rehearsal, repository, id);
    }
    const merged = await awaitMerge(rehearsal, repository);
    await followMain(rehearsal, merged.merged ?? '');
    await cleanUp(rehearsal, colleague, repository);
  } finally {
    colleague.close();
  }
}

async function getRepository({ project, services }: Session): Promise<Repository> {
  const found = await services.azureDevOps.repositories.find(project.names.repository);
  if (found === undefined) throw new Error(`the chapters before have made ${project.names.repository}`);
  return found;
}

/** The pipelines' part, and yours. */
async function review(rehearsal: Rehearsal, repository: Repository, id: number): Promise<void> {
  const { context, session } = rehearsal;
  const { terminal, translate } = context;
  const { azureDevOps } = session.services;
  const { pipelines } = session.project.names;
  terminal.print(translate('rehearse.feature.checks'));
  const find = async () => newestOfEach(await azureDevOps.runs.list(`refs/pull/${id}/merge`));
  await watchRuns(rehearsal, find, [pipelines.ci, pipelines.checks].length);
  await azureDevOps.pullRequests.approve(repository.id, id);
  const { displayName } = await azureDevOps.getUser();
  terminal.print(translate('rehearse.feature.approved', { who: displayName }));
  const newest = await azureDevOps.pullRequests.findNewest(repository.id, BRANCH);
  await azureDevOps.pullRequests.complete(repository.id, id, newest?.source ?? '');
}

function newestOfEach<Run extends { readonly pipeline: string }>(runs: readonly Run[]): readonly Run[] {
  return runs.filter((run, index) => runs.findIndex(({ pipeline }) => pipeline === run.pipeline) === index);
}

async function awaitMerge(rehearsal: Rehearsal, repository: Repository): Promise<PullRequestState> {
  const { context, session, note } = rehearsal;
  const { pullRequests, repositories, runs } = session.services.azureDevOps;
  const merged = await until(rehearsal, async () => {
    const newest = await pullRequests.findNewest(repository.id, BRANCH);
    return newest?.status === 'completed' && newest.merged !== undefined ? newest : undefined;
  });
  const tip = await repositories.findTip(repository.id, 'main');
  const commit = merged.merged ?? '';
  context.terminal.print(context.translate('rehearse.feature.merged', { commit, tip: tip ?? '' }));
  // Asked for again: what a stopped run saw of them is forgotten.
  for (const { pipeline, id } of newestOfEach(await runs.list(`refs/pull/${merged.id}/merge`))) {
    note(context.translate('rehearse.result.run', { pipeline }), String(id));
  }
  note(context.translate('rehearse.result.pullRequest'), String(merged.id));
  note(context.translate('rehearse.result.merge'), commit);
  return merged;
}

/** The deploy pipeline moves the main Git folder to the commit before it does anything else. */
async function followMain(rehearsal: Rehearsal, commit: string): Promise<void> {
  const { context, session, note } = rehearsal;
  const { azureDevOps, databricks } = session.services;
  const { names } = session.project;
  const find = async () =>
    (await azureDevOps.runs.list('main')).filter(
      (run) => run.pipeline === names.pipelines.deploy && run.commit === commit,
    );
  const [run] = await watchRuns(rehearsal, find, 1);
  note(context.translate('rehearse.result.run', { pipeline: names.pipelines.deploy }), String(run?.id));
  const folder = await databricks.findGitFolder(names.databricks.main);
  if (folder?.head !== commit) {
    throw new UserError('failed', {
      en: `Rehearsing: ${names.databricks.main} stands on ${folder?.head}, main on ${commit}.`,
      fr: `Répétition\u00a0: ${names.databricks.main} est sur ${folder?.head}, main sur ${commit}.`,
    });
  }
  context.terminal.print(context.translate('rehearse.feature.followed', { folder: folder.path, commit }));
  note(context.translate('rehearse.result.gitFolder'), folder.head);
}

/** As `feature finish` does after the merge. */
async function cleanUp({ context }: Rehearsal, colleague: Session, repository: Repository): Promise<void> {
  const { services } = colleague;
  const { translate, terminal } = context;
  if ((await services.git.findBranch(services.disk.folder)) !== BRANCH) return;
  const path = toFeatureFolder(await services.databricks.getUser(), colleague.project.names.model, NAME);
  const merged = await findMerged(services, repository, BRANCH, path, translate);
  if (merged === undefined) return;
  if (merged.gitFolder !== undefined) {
    await leaveBranch(services, merged.gitFolder, translate);
    await services.databricks.removeGitFolder(merged.gitFolder.id);
  }
  await removeBranch(services, repository, merged);
  terminal.print(translate('feature.cleanUp.branch', { branch: BRANCH }));
}
