import { UserError } from '@create-mlops-model/core';
import type { Connect, Session } from './session.ts';

/** A commit of a branch. */
export interface BranchCommit {
  readonly id: string;
  /** As the server lists it: at least the beginning of its first line. */
  readonly message: string;
}

/** New texts of files that exist. */
export interface FileCommit {
  readonly branch: string;
  /** Tip of the branch as last seen: if it has moved, the server refuses. */
  readonly parent: string;
  readonly message: string;
  /** POSIX path → whole text. */
  readonly files: ReadonlyMap<string, string>;
}

/** Branches of a repository, changed without a clone: nobody's working folder is touched. */
export interface Branches {
  /** Newest first, at most 100. */
  listCommits(repositoryId: string, branch: string): Promise<readonly BranchCommit[]>;
  /** When a file of the branch changed last; `undefined`: it never was there. */
  findChange(repositoryId: string, branch: string, path: string): Promise<Date | undefined>;
  /** @throws UserError `failed` where the server refuses it */
  create(repositoryId: string, branch: string, commit: string): Promise<void>;
  /** @param tip its commit as last seen: if it has moved, the server refuses @throws UserError `failed` where the server refuses it */
  remove(repositoryId: string, branch: string, tip: string): Promise<void>;
  /** @returns the new commit @throws ServiceError where the branch has moved, or a policy refuses pushes */
  commit(repositoryId: string, commit: FileCommit): Promise<string>;
}

/** Numbers of node-api's enums that we send. */
const EDIT = 2;
const RAW_TEXT = 0;
const BRANCH = 0;
const NO_COMMIT = '0'.repeat(40);

/** The real ones. */
export function makeBranches(connect: Connect): Branches {
  const withSession = async <Value>(use: (session: Session) => Promise<Value>) => use(await connect());
  const move = (repositoryId: string, branch: string, oldObjectId: string, newObjectId: string) =>
    withSession(async ({ clients, project }) => {
      const ref = { name: `refs/heads/${branch}`, oldObjectId, newObjectId };
      const [result] = await clients.git.updateRefs([ref], repositoryId, project.id);
      // The call itself succeeds even where the change was refused.
      if (result?.success === false) {
        throw refused(branch, result.updateStatus, result.customMessage ?? String(result.updateStatus));
      }
    });
  return {
    listCommits: (repositoryId, branch) =>
      withSession(async ({ clients, project }) => {
        const criteria = { itemVersion: { version: branch, versionType: BRANCH } };
        const found = await clients.git.getCommits(repositoryId, criteria, project.id, 0, 100);
        return found.map(({ commitId, comment }) => ({ id: commitId ?? '', message: comment ?? '' }));
      }),
    findChange: (repositoryId, branch, path) =>
      withSession(async ({ clients, project }) => {
        const criteria = { itemVersion: { version: branch, versionType: BRANCH }, itemPath: `/${path}` };
        const [newest] = await clients.git.getCommits(repositoryId, criteria, project.id, 0, 1);
        return newest?.committer?.date;
      }),
    create: (repositoryId, branch, commit) => move(repositoryId, branch, NO_COMMIT, commit),
    remove: (repositoryId, branch, tip) => move(repositoryId, branch, tip, NO_COMMIT),
    commit: (repositoryId, { branch, parent, message, files }) =>
      withSession(async ({ clients, project }) => {
        const changes = [...files].map(([path, content]) => ({
          changeType: EDIT,
          item: { path: `/${path}` },
          newContent: { content, contentType: RAW_TEXT },
        }));
        const push = {
          refUpdates: [{ name: `refs/heads/${branch}`, oldObjectId: parent }],
          commits: [{ comment: message, changes }],
        };
        const made = await clients.git.createPush(push, repositoryId, project.id);
        return made.refUpdates?.[0]?.newObjectId ?? '';
      }),
  };
}

/** The statuses of node-api's enum that stand for a missing right: to write, and to create branches. */
const NO_RIGHT: readonly unknown[] = [6, 8];

function refused(branch: string, status: unknown, reason: string): UserError {
  return new UserError(NO_RIGHT.includes(status) ? 'forbidden' : 'failed', {
    en: `The server refused the branch ${branch}: ${reason}`,
    fr: `Le serveur a refusé la branche ${branch}\u00a0: ${reason}`,
  });
}
