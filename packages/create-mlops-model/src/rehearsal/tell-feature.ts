import { join } from 'node:path';
import { UserError } from '@create-mlops-model/core';
import { findMerged, leaveBranch, removeBranch } from '../feature/clean-up.ts';
import { finishFeature, inspectFeature } from '../feature/finish-feature.ts';
import { goToBranch } from '../feature/go-to-branch.ts';
import { startFeature } from '../feature/start-feature.ts';
import { cloneModel } from '../join/clone-model.ts';
import type { PullRequestState } from '../services/azure-devops/pull-requests.ts';
import type { Repository } from '../services/azure-devops/repositories.ts';
import { openSession, type Session } from '../session.ts';
import { asIdentity } from './as-identity.ts';
import type { Rehearsal } from './rehearsal.ts';
import { until, watchRuns } from './watch-runs.ts';

const NAME = 'first-thought';
const BRANCH = `feature/${NAME}`;
const FOLDER = 'feature';
/** A file whose change asks for a training on Databricks. */
const NOTEBOOK = 'notebooks/features.py';

/** A colleague changes a notebook; pipelines train on a sample; you approve; after the merge Databricks follows main. */
export async function tellFeature(rehearsal: Rehearsal): Promise<void> {
  const { disk, manifest, context } = rehearsal;
  const theirs = await asIdentity(context, 'colleague');
  const colleague = await openSession(theirs, { manifest, folder: join(disk.folder, FOLDER), kind: 'sandbox' });
  try {
    const repository = await getRepository(colleague);
    const before = await colleague.services.azureDevOps.pullRequests.findNewest(repository.id, BRANCH);
    if (before?.status !== 'completed') {
      const id = before?.status === 'active' ? before.id : await propose(rehearsal, colleague, repository);
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

function toGitFolder({ project }: Session, account: string): string {
  return `/Users/${account}/${project.names.model}-${NAME}`;
}

/** The colleague's part, with the same steps as `join`, `feature start` and `feature finish`. @returns the pull request */
async function propose({ context, disk }: Rehearsal, { project, services }: Session, repository: Repository) {
  const { terminal, translate } = context;
  const { azureDevOps, credential, databricks, git } = services;
  disk.removeAll([FOLDER]);
  const { displayName, account } = await azureDevOps.getUser();
  const remote = { url: repository.cloneUrl, authorization: await credential.authorization() };
  await cloneModel(services, remote, { name: displayName, email: account }, context);
  const main = (await azureDevOps.repositories.findTip(repository.id, 'main')) ?? '';
  const folder = toGitFolder({ project, services } as Session, (await databricks.getUser()).account);
  await startFeature(services, {
    repositoryId: repository.id,
    cloneUrl: repository.cloneUrl,
    main,
    branch: BRANCH,
    folder,
  });
  terminal.print(translate('rehearse.feature.started', { who: displayName, branch: BRANCH, folder }));
  await goToBranch(services, repository, BRANCH);
  const text = services.disk.find(NOTEBOOK)?.contents ?? '';
  const note = '# A thought of a colleague.\n';
  // A run that died may have pushed it already.
  if (!text.endsWith(note)) {
    // The blank lines that the project's formatter wants.
    services.disk.write(NOTEBOOK, { contents: `${text}\n\n${note}`, executable: false });
    const author = async () => ({ name: displayName, email: account });
    await git.commit(services.disk.folder, { paths: [NOTEBOOK], executables: [], message: 'A thought', author });
  }
  const feature = await inspectFeature(services, repository, BRANCH, translate);
  const spec = { title: translate('feature.title', { name: NAME }), description: feature.runs.join('\n') };
  const { pullRequest } = await finishFeature(services, repository, feature, spec, translate);
  const url = `${repository.webUrl}/pullrequest/${pullRequest.id}`;
  terminal.print(translate('schedule.opened', { id: String(pullRequest.id), url }));
  return pullRequest.id;
}

/** The pipelines' part, and yours. */
async function review(rehearsal: Rehearsal, repository: Repository, id: number): Promise<void> {
  const { context, session, note } = rehearsal;
  const { terminal, translate } = context;
  const { azureDevOps } = session.services;
  const { pipelines } = session.project.names;
  terminal.print(translate('rehearse.feature.checks'));
  const find = async () => newestOfEach(await azureDevOps.runs.list(`refs/pull/${id}/merge`));
  const runs = await watchRuns(rehearsal, find, [pipelines.ci, pipelines.checks].length);
  note(translate('rehearse.result.pullRequest'), String(id));
  for (const run of runs) note(translate('rehearse.result.run', { pipeline: run.pipeline }), String(run.id));
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
  const { pullRequests, repositories } = session.services.azureDevOps;
  const merged = await until(rehearsal, async () => {
    const newest = await pullRequests.findNewest(repository.id, BRANCH);
    return newest?.status === 'completed' && newest.merged !== undefined ? newest : undefined;
  });
  const tip = await repositories.findTip(repository.id, 'main');
  const commit = merged.merged ?? '';
  context.terminal.print(context.translate('rehearse.feature.merged', { commit, tip: tip ?? '' }));
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
  const { account } = await services.databricks.getUser();
  const path = toGitFolder(colleague, account);
  const merged = await findMerged(services, repository, BRANCH, path, translate);
  if (merged === undefined) return;
  if (merged.gitFolder !== undefined) {
    await leaveBranch(services, merged.gitFolder, translate);
    await services.databricks.removeGitFolder(merged.gitFolder.id);
  }
  await removeBranch(services, repository, merged);
  terminal.print(translate('feature.cleanUp.branch', { branch: BRANCH }));
}
