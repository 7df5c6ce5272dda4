import { orMissing } from '../service-error.ts';
import type { Connect, Session } from './session.ts';

/** A Git repository of the project. */
export interface Repository {
  readonly id: string;
  readonly name: string;
  /** `refs/heads/main`; absent while the repository is empty. */
  readonly defaultBranch?: string;
  /** Without user part. */
  readonly cloneUrl: string;
  readonly webUrl: string;
}

/** Git repositories. */
export interface Repositories {
  find(name: string): Promise<Repository | undefined>;
  /** @throws ServiceError `GitRepositoryNameAlreadyExistsException` */
  create(name: string): Promise<Repository>;
  setDefaultBranch(id: string, branch: string): Promise<Repository>;
  /** Into the recycle bin, where it stays for 30 days. */
  remove(id: string): Promise<void>;
  /** Commit at the tip of a branch (`main`), by the repository's name or id; `undefined` without that branch or repository. */
  findTip(repository: string, branch: string): Promise<string | undefined>;
  /** Text of a file at the tip of a branch. */
  findText(repository: string, path: string, branch: string): Promise<string | undefined>;
}

interface Answer {
  readonly id?: string;
  readonly name?: string;
  readonly defaultBranch?: string;
  readonly remoteUrl?: string;
  readonly webUrl?: string;
}

/** The real ones. */
export function makeRepositories(connect: Connect): Repositories {
  const git = async <Value>(use: (session: Session) => Promise<Value>) => use(await connect());
  return {
    find: (name) =>
      git(async ({ clients, project }) => {
        const found = await orMissing(clients.git.getRepository(name, project.id));
        return found && toRepository(found);
      }),
    create: (name) =>
      git(async ({ clients, project }) => toRepository(await clients.git.createRepository({ name }, project.id))),
    setDefaultBranch: (id, branch) =>
      git(async ({ clients, project }) =>
        toRepository(await clients.git.updateRepository({ defaultBranch: `refs/heads/${branch}` }, id, project.id)),
      ),
    remove: (id) => git(({ clients, project }) => clients.git.deleteRepository(id, project.id)),
    findTip: (repository, branch) =>
      git(async ({ clients, project }) => {
        // The filter is a prefix: `heads/main` finds `heads/main2` too.
        const refs = await orMissing(clients.git.getRefs(repository, project.id, `heads/${branch}`));
        return refs?.find((ref) => ref.name === `refs/heads/${branch}`)?.objectId;
      }),
    findText: (repository, path, branch) => git((session) => findText(session, repository, path, branch)),
  };
}

async function findText(
  session: Session,
  repository: string,
  path: string,
  branch: string,
): Promise<string | undefined> {
  const version = { version: branch, versionType: 0 };
  const item = await orMissing(
    session.clients.git.getItem(
      repository,
      path,
      session.project.id,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      version,
      true,
    ),
  );
  return item?.content;
}

function toRepository(answer: Answer): Repository {
  const cloneUrl = new URL(answer.remoteUrl ?? '');
  // `https://contoso@dev.azure.com/…`: the user part is the organisation, and would make git ask for a password.
  cloneUrl.username = '';
  cloneUrl.password = '';
  return {
    id: answer.id ?? '',
    name: answer.name ?? '',
    ...(answer.defaultBranch ? { defaultBranch: answer.defaultBranch } : {}),
    cloneUrl: cloneUrl.href,
    webUrl: answer.webUrl ?? cloneUrl.href,
  };
}
