import { type Translate, UserError } from '@create-mlops-model/core';
import type { PullRequest, PullRequestSpec } from '../services/azure-devops/pull-requests.ts';
import type { Remote } from '../services/git.ts';
import type { Services } from '../services/services.ts';
import { checkHygiene, type HygieneFinding } from './check-hygiene.ts';
import { listRuns } from './list-runs.ts';

/** What a finished feature will do. */
export interface FinishedFeature {
  readonly branch: string;
  /** Paths that differ from main. */
  readonly files: readonly string[];
  /** Pipelines that will test it. */
  readonly runs: readonly string[];
}

/** The repository whose clone this is. */
export interface FeatureRepository {
  readonly id: string;
  readonly cloneUrl: string;
}

/** The branch of this clone, all of whose work is committed. @throws UserError `usage` */
export async function getBranch({ git, disk }: Services, translate: Translate): Promise<string> {
  const branch = await git.findBranch(disk.folder);
  if (branch === undefined || branch === 'main')
    throw new UserError('usage', translate('feature.onMain'), translate('feature.onMain.hint'));
  const open = await git.status(disk.folder);
  if (open.length > 0) throw notCommitted(open, translate);
  return branch;
}

/**
 * Looks at a branch of this clone: something to merge, nothing that must not be merged. Changes nothing but what git knows of
 * the server.
 * @throws UserError `usage` where there is nothing to merge, `conflict` for outputs and secrets
 */
export async function inspectFeature(
  services: Services,
  repository: FeatureRepository,
  branch: string,
  translate: Translate,
): Promise<FinishedFeature> {
  const { git, disk, azureDevOps } = services;
  const [policies] = await Promise.all([
    azureDevOps.policies.list(repository.id, 'main'),
    git.fetch(disk.folder, 'main', await toRemote(services, repository)),
  ]);
  const files = await git.listChanged(disk.folder, 'origin/main');
  if (files.length === 0) throw new UserError('usage', translate('feature.nothing', { branch }));
  const findings: HygieneFinding[] = [];
  for (const path of files) {
    // As it is in the commit; a removed file has no text.
    const text = await git.findText(disk.folder, 'HEAD', path);
    if (text !== undefined) findings.push(...checkHygiene(path, text, translate));
  }
  if (findings.length > 0) {
    const lines = findings.map(({ path, line, message }) => `  ${path}:${line} ${message}`);
    const head = translate('feature.unclean', { count: findings.length });
    throw new UserError('conflict', [head, ...lines].join('\n'), translate('feature.unclean.hint'));
  }
  return { branch, files, runs: listRuns(policies, files) };
}

/** Pushes the branch and opens its pull request, or keeps the open one. */
export async function finishFeature(
  services: Services,
  repository: FeatureRepository,
  { branch }: FinishedFeature,
  spec: PullRequestSpec,
  translate: Translate,
): Promise<{ readonly pullRequest: PullRequest; readonly action: 'opened' | 'kept' }> {
  const { git, disk, azureDevOps } = services;
  const reason = await git.push(disk.folder, branch, await toRemote(services, repository));
  if (reason !== undefined) {
    throw new UserError('conflict', translate('feature.refused', { reason }), translate('feature.refused.hint'));
  }
  const open = await azureDevOps.pullRequests.listActive(repository.id);
  const known = open.find((each) => each.branch === branch);
  if (known !== undefined) return { pullRequest: known, action: 'kept' };
  return { pullRequest: await azureDevOps.pullRequests.create(repository.id, branch, spec), action: 'opened' };
}

/** The repository as git is told of it, with what proves who we are. */
export async function toRemote({ credential }: Services, { cloneUrl: url }: FeatureRepository): Promise<Remote> {
  return { url, authorization: await credential.authorization() };
}

const SHOWN = 10;

function notCommitted(open: readonly string[], translate: Translate): UserError {
  const lines = open.slice(0, SHOWN).map((path) => `  ${path}`);
  const text = [translate('feature.notCommitted', { count: open.length }), ...lines].join('\n');
  return new UserError('usage', text, translate('feature.notCommitted.hint'));
}
