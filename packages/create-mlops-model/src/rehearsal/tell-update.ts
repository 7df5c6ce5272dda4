import { join } from 'node:path';
import { editSchedules, MANIFEST_PATH, UserError } from '@create-mlops-model/core';
import { toRemote } from '../feature/finish-feature.ts';
import type { Repository } from '../services/azure-devops/repositories.ts';
import { type Disk, openDisk } from '../services/disk.ts';
import { makeGitMerge } from '../services/git-merge.ts';
import { makeGitObjects } from '../services/git-objects.ts';
import { describeForReview, describeUpdate } from '../update/describe-update.ts';
import { planUpdate } from '../update/plan-update.ts';
import { openWorktree } from '../update/project-source.ts';
import { toAllWrites, writeLocally } from '../update/write-locally.ts';
import type { Rehearsal } from './rehearsal.ts';

const BRANCH = 'rehearsal/update';
const RETRAIN = 'pipelines/ci-train/retrain.yml';
/** What the team writes into a generated file. */
const OURS = "name: 'team-$(Rev:r)'";
const WEEKLY = { cron: '30 5 * * 2', timeZone: 'UTC' };

/** The team edits a generated pipeline and asks for another schedule; the update brings both together, and proposes it. */
export async function tellUpdate(rehearsal: Rehearsal): Promise<void> {
  const { context, session, note } = rehearsal;
  const { terminal, translate } = context;
  const { azureDevOps } = session.services;
  const repository = await azureDevOps.repositories.find(session.project.names.repository);
  if (repository === undefined) throw new Error('the chapters before have made the repository');
  const known = await azureDevOps.pullRequests.findNewest(repository.id, BRANCH);
  const id = known?.status === 'active' ? known.id : await propose(rehearsal, repository);
  const text = (await azureDevOps.repositories.findText(repository.id, RETRAIN, BRANCH)) ?? '';
  if (!text.includes(OURS) || !text.includes(WEEKLY.cron)) {
    throw new UserError('failed', {
      en: `Rehearsing: ${RETRAIN} on ${BRANCH} lacks the team’s edit or the new schedule.`,
      fr: `Répétition\u00a0: il manque à ${RETRAIN}, sur ${BRANCH}, la modification de l’équipe ou le nouvel horaire.`,
    });
  }
  terminal.print(translate('rehearse.update.both', { path: RETRAIN, edit: OURS, cron: WEEKLY.cron }));
  note(translate('rehearse.result.update'), String(id));
}

/** @returns the pull request */
async function propose({ context, disk, session }: Rehearsal, repository: Repository): Promise<number> {
  const { terminal, translate, env } = context;
  const { services } = session;
  const { azureDevOps, git } = services;
  const clone = await openBranch(disk, session.services, repository);
  const { displayName, account } = await azureDevOps.getUser();
  const author = async () => ({ name: displayName, email: account });
  const commit = (paths: readonly string[], message: string) =>
    git.commit(clone.folder, { paths, executables: [], message, author });

  const pipeline = clone.find(RETRAIN)?.contents ?? '';
  const manifest = editSchedules(clone.find(MANIFEST_PATH)?.contents ?? '', [WEEKLY]);
  clone.write(RETRAIN, {
    contents: pipeline.replace('trigger: none\n', `${OURS}\ntrigger: none\n`),
    executable: false,
  });
  clone.write(MANIFEST_PATH, { contents: manifest, executable: false });
  const head = await commit([RETRAIN, MANIFEST_PATH], 'Our own name for runs, and another day');

  const objects = makeGitObjects(env);
  const plan = await planUpdate(context, openWorktree(clone, objects), { mergeTexts: makeGitMerge(env) }, 'marks');
  for (const line of describeUpdate(plan, translate)) terminal.print(line);
  const writes = toAllWrites(plan.merge);
  await writeLocally(clone, objects, head, writes, Math.floor(Date.now() / 1000));
  await commit([...writes.keys()], translate('update.title.same'));

  const reason = await git.push(clone.folder, BRANCH, await toRemote(services, repository));
  if (reason !== undefined) throw new UserError('failed', translate('update.refused', { branch: BRANCH, reason }));
  const spec = { title: translate('update.title.same'), description: describeForReview(plan, translate) };
  const { id } = await azureDevOps.pullRequests.create(repository.id, BRANCH, spec);
  terminal.print(translate('update.opened', { id: String(id), url: `${repository.webUrl}/pullrequest/${id}` }));
  return id;
}

/** A clone of its own on a branch of its own, which begins where main is; what a run that died left there is done away with. */
async function openBranch(
  disk: Disk,
  services: Rehearsal['session']['services'],
  repository: Repository,
): Promise<Disk> {
  const { azureDevOps, git } = services;
  const remote = await toRemote(services, repository);
  const [main, tip] = await Promise.all(
    ['main', BRANCH].map((branch) => azureDevOps.repositories.findTip(repository.id, branch)),
  );
  if (tip !== undefined) await azureDevOps.branches.remove(repository.id, BRANCH, tip);
  await azureDevOps.branches.create(repository.id, BRANCH, main ?? '');
  disk.removeAll(['update']);
  const clone = openDisk(join(disk.folder, 'update'));
  await git.clone(remote, clone.folder);
  await git.switchTo(clone.folder, BRANCH);
  return clone;
}
