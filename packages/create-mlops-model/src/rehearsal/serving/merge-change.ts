import { UserError } from '@create-mlops-model/core';
import { openSession, type Session } from '../../session.ts';
import { asIdentity } from '../as-identity.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { until, watchRuns } from '../watch-runs.ts';

/** A colleague's change of files that are there. */
export interface FileChange {
  /** Each change has a branch of its own, so that a stopped rehearsal finds it again. */
  readonly branch: string;
  readonly title: string;
  /** Path → old text → new text. */
  readonly edits: Readonly<Record<string, (text: string) => string>>;
}

/** Brings a colleague's change to main as any other: pull request, checks, your approval. @returns the merge's commit */
export async function mergeChange(rehearsal: Rehearsal, change: FileChange): Promise<string> {
  const { context, manifest, disk } = rehearsal;
  const theirs = await asIdentity(context, 'colleague');
  const colleague = await openSession(theirs, { manifest, folder: disk.folder, kind: 'sandbox' });
  try {
    const { repositories, pullRequests } = rehearsal.session.services.azureDevOps;
    const repository = await repositories.find(rehearsal.session.project.names.repository);
    if (repository === undefined) throw new Error('the chapters before have made the repository');
    const known = await pullRequests.findNewest(repository.id, change.branch);
    if (known?.status === 'completed') return known.merged ?? '';
    const id = known?.status === 'active' ? known.id : await propose(colleague, repository.id, change);
    return await approveAndMerge(rehearsal, rehearsal.session, {
      id,
      branch: change.branch,
      repository: repository.id,
    });
  } finally {
    colleague.close();
  }
}

async function propose({ services }: Session, repository: string, { branch, title, edits }: FileChange) {
  const { branches, pullRequests, repositories } = services.azureDevOps;
  const [main, tip] = await Promise.all(['main', branch].map((each) => repositories.findTip(repository, each)));
  if (main === undefined) throw new Error('main has commits');
  if (tip !== undefined) await branches.remove(repository, branch, tip);
  await branches.create(repository, branch, main);
  const files = new Map<string, string>();
  for (const [path, edit] of Object.entries(edits)) {
    const text = (await repositories.findText(repository, path, branch)) ?? '';
    const edited = edit(text);
    if (edited === text) throw unchanged(path);
    files.set(path, edited);
  }
  await branches.commit(repository, { branch, parent: main, message: title, files });
  return (await pullRequests.create(repository, branch, { title, description: title })).id;
}

function unchanged(path: string): UserError {
  return new UserError('failed', {
    en: `Rehearsing: ${path} is not as it was generated.`,
    fr: `Répétition\u00a0: ${path} n’est pas tel qu’il a été généré.`,
  });
}

/** Waits for the checks, votes as whoever the session is, and waits for the merge. @returns its commit */
export async function approveAndMerge(
  rehearsal: Rehearsal,
  { services }: Session,
  { id, branch, repository }: { readonly id: number; readonly branch: string; readonly repository: string },
): Promise<string> {
  const { note, context } = rehearsal;
  const { translate } = context;
  const { azureDevOps } = rehearsal.session.services;
  const list = async () => {
    const runs = await azureDevOps.runs.list(`refs/pull/${id}/merge`);
    return runs.filter((run, index) => runs.findIndex(({ pipeline }) => pipeline === run.pipeline) === index);
  };
  // The policy starts them a moment after the pull request was opened.
  await watchRuns(rehearsal, list, 1);
  await services.azureDevOps.pullRequests.approve(repository, id);
  note(translate('rehearse.result.pullRequest'), String(id));
  const newest = await azureDevOps.pullRequests.findNewest(repository, branch);
  await azureDevOps.pullRequests.complete(repository, id, newest?.source ?? '');
  const merged = await until(rehearsal, async () => {
    const found = await azureDevOps.pullRequests.findNewest(repository, branch);
    return found?.status === 'completed' ? found.merged : undefined;
  });
  context.terminal.print(translate('rehearse.merged', { id: String(id), commit: merged }));
  note(translate('rehearse.result.merge'), merged);
  return merged;
}
