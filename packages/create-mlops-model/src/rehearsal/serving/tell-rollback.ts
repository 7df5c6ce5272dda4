import { join } from 'node:path';
import { UserError } from '@create-mlops-model/core';
import { followServer } from '../../clone.ts';
import { openServing } from '../../open-service.ts';
import { pinVersion } from '../../rollback/pin-version.ts';
import { openSession, type Session } from '../../session.ts';
import { asIdentity } from '../as-identity.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { until } from '../watch-runs.ts';
import { canServe } from './can-serve.ts';
import { findRunOf, startDeploy, watchFailure, watchRun } from './deploy-runs.ts';
import { getRelease } from './endpoint.ts';
import { approveAndMerge } from './merge-change.ts';
import { underLoad } from './under-load.ts';

/** The first version is put back at once, no deploy undoes it, and a pull request makes it what main says. */
export async function tellRollback(rehearsal: Rehearsal): Promise<void> {
  if (!(await canServe(rehearsal))) return;
  const { context, note, session } = rehearsal;
  const { terminal, translate } = context;
  const { pipelines } = session.project.names;
  const version = '1';
  const isPinned = (await followServer(context, session))?.project.manifest.model.select === Number(version);
  if (!isPinned) {
    await putBack(rehearsal, version);
    const refused = await startDeploy(rehearsal);
    terminal.print(translate('rehearse.rollback.said', { message: await watchFailure(rehearsal, refused.id) }));
    note(translate('rehearse.result.failedRun', { pipeline: pipelines.deploy }), String(refused.id));
  }
  const commit = await pin(rehearsal, Number(version));
  const { id } = await until(rehearsal, () => findRunOf(rehearsal, commit));
  await watchRun(rehearsal, id);
  note(translate('rehearse.result.run', { pipeline: pipelines.deploy }), String(id));
  const after = await getRelease(rehearsal);
  if (after.version !== version || after.held !== undefined) throw notBack(after.version);
  terminal.print(translate('rehearse.rollback.pinned', { version, image: after.image }));
  note(translate('rehearse.result.image'), after.image);
  note(translate('rehearse.result.served'), after.version);
}

/** As `rollback --now` does, while another process calls the model. */
async function putBack(rehearsal: Rehearsal, version: string): Promise<void> {
  const { context, session } = rehearsal;
  const { terminal, translate } = context;
  const cluster = await openServing(context, session);
  try {
    const revision = (await cluster.listRevisions()).find((each) => each.version === version);
    if (revision === undefined) throw notBack('–');
    const { load } = await underLoad(rehearsal, () => cluster.putBack(revision));
    if (load.last !== version) throw notBack(load.last);
    terminal.print(translate('rollback.serves', { version, image: revision.image }));
  } finally {
    cluster.close();
  }
}

/** The pull request of `rollback`, which a colleague approves. @returns the merge's commit */
async function pin(rehearsal: Rehearsal, version: number): Promise<string> {
  const { context, disk, manifest, session } = rehearsal;
  const { repositories, branches } = session.services.azureDevOps;
  const repository = await repositories.find(session.project.names.repository);
  const current = await followServer(context, session);
  if (repository === undefined || current === undefined)
    throw new Error('the chapters before have made the repository');
  const proposal = await pinVersion(context, current, version);
  // Merged by a rehearsal that was stopped after it: main's newest commit is it.
  if (proposal === undefined) return (await branches.listCommits(repository.id, 'main'))[0]?.id ?? '';
  const { id } = proposal.pullRequest;
  context.terminal.print(context.translate('schedule.opened', { id: String(id), url: proposal.url }));
  const theirs = await asIdentity(context, 'colleague');
  const colleague: Session = await openSession(theirs, {
    manifest,
    folder: join(disk.folder, 'model'),
    kind: 'sandbox',
  });
  try {
    return await approveAndMerge(rehearsal, colleague, { id, branch: proposal.branch, repository: repository.id });
  } finally {
    colleague.close();
  }
}

function notBack(found: string): UserError {
  return new UserError('failed', {
    en: `Rehearsing: the first version was to serve again; it is ${found}.`,
    fr: `Répétition\u00a0: la première version devait servir de nouveau\u00a0; c’est ${found}.`,
  });
}
