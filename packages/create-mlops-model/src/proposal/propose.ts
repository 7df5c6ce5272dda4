import { UserError } from '@create-mlops-model/core';
import type { PullRequest, PullRequestSpec } from '../services/azure-devops/pull-requests.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import type { ProjectEdit } from './edit-project.ts';

/** What a proposal is about; each has branches of its own. */
export type ProposalKind = 'schedule' | 'rollback';

/** Beginning of our branches' names; the rest is the commit of main that they start from. */
const toPrefix = (kind: ProposalKind): string => `mlops/${kind}-`;

/** Beginning of our commits' messages, by which they are told from people's. */
const toMessage = (kind: ProposalKind): string => `mlops ${kind}: `;

/** Where a change of the manifest is to be made. */
export interface Place {
  readonly kind: ProposalKind;
  readonly repositoryId: string;
  /** Branch whose files are changed. */
  readonly branch: string;
  /** Tip of that branch, or of main while it does not exist. */
  readonly tip: string;
  /** The branch has to be made. */
  readonly isNew: boolean;
  /** The open pull request of the branch. */
  readonly pullRequest?: PullRequest;
}

/** What was done about it. */
export interface Proposal {
  readonly pullRequest: PullRequest;
  /** `kept`: it was there and says the same. */
  readonly action: 'opened' | 'updated' | 'kept';
  /** The commit that was pushed; absent where the branch had it already. */
  readonly commit?: string;
}

/**
 * The branch to change: that of an open pull request of ours, else one that starts from main as it is now.
 * @throws UserError `conflict` where the branch holds a person's commits
 */
export async function findPlace(
  devops: AzureDevOps,
  repositoryId: string,
  main: string,
  kind: ProposalKind,
): Promise<Place> {
  const prefix = toPrefix(kind);
  const open = await devops.pullRequests.listActive(repositoryId);
  const pullRequest = open.find(({ branch }) => branch.startsWith(prefix));
  const branch = pullRequest?.branch ?? `${prefix}${main.slice(0, 12)}`;
  const tip = await devops.repositories.findTip(repositoryId, branch);
  if (tip === undefined) return { kind, repositoryId, branch, tip: main, isNew: true };
  const commits = await devops.branches.listCommits(repositoryId, branch);
  const start = commits.findIndex(({ id }) => id.startsWith(branch.slice(prefix.length)));
  const ours = commits.slice(0, Math.max(0, start)).every(({ message }) => message.startsWith(toMessage(kind)));
  if (start < 0 || !ours) throw heldByPeople(branch, pullRequest);
  return { kind, repositoryId, branch, tip, isNew: false, ...(pullRequest === undefined ? {} : { pullRequest }) };
}

/** Pushes the change to its branch and opens or updates the pull request. A run that died in between is taken up. */
export async function propose(
  devops: AzureDevOps,
  place: Place,
  { files }: ProjectEdit,
  spec: PullRequestSpec,
): Promise<Proposal> {
  const { repositoryId, branch, tip } = place;
  if (place.isNew) await devops.branches.create(repositoryId, branch, tip);
  const message = `${toMessage(place.kind)}${spec.title}`;
  const commit =
    files.size === 0 ? undefined : await devops.branches.commit(repositoryId, { branch, parent: tip, message, files });
  const pushed = commit === undefined ? {} : { commit };
  if (place.pullRequest === undefined) {
    const pullRequest = await devops.pullRequests.create(repositoryId, branch, spec);
    return { pullRequest, action: 'opened', ...pushed };
  }
  if (commit === undefined && place.pullRequest.title === spec.title) {
    return { pullRequest: place.pullRequest, action: 'kept' };
  }
  const pullRequest = await devops.pullRequests.update(repositoryId, place.pullRequest.id, spec);
  return { pullRequest, action: 'updated', ...pushed };
}

function heldByPeople(branch: string, pullRequest: PullRequest | undefined): UserError {
  const where = pullRequest === undefined ? branch : `${branch} (!${pullRequest.id})`;
  return new UserError(
    'conflict',
    {
      en: `The branch ${where} holds commits that people made; nothing is pushed over them.`,
      fr: `La branche ${where} contient des commits faits par des personnes\u00a0; rien n’est poussé par-dessus.`,
    },
    {
      en: 'Complete or abandon its pull request and delete the branch, then run the same command again.',
      fr: 'Terminez ou abandonnez sa demande de tirage et supprimez la branche, puis relancez la même commande.',
    },
  );
}
