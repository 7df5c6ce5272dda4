import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { clone, fetchAll, findCommit, listEdits, readHead, setSparse, settle } from './git-checkout.ts';
import { denied, invalid, missing, ServiceError, taken } from './service-error.ts';
import type { GitFolder } from './state.ts';
import { findNode, forget, putRecord, toDisk, toWorkspacePath } from './workspace-tree.ts';
import { type Call, takeId, type World } from './world.ts';

/** The providers the service knows; it compares them without regard to case. */
const PROVIDERS = [
  'gitHub',
  'bitbucketCloud',
  'gitLab',
  'azureDevOpsServices',
  'gitHubEnterprise',
  'bitbucketServer',
  'gitLabEnterpriseEdition',
  'awsCodeCommit',
] as const;

/** What a new Git folder is made from. */
export interface GitFolderSpec {
  readonly url: string;
  readonly provider: string;
  readonly path?: string;
  readonly patterns?: readonly string[];
}

/** Where an existing Git folder is to go; exactly one of branch and tag, or neither. */
export interface GitFolderMove {
  readonly branch?: string;
  readonly tag?: string;
  readonly patterns?: readonly string[];
  /** Throw away what was not committed. */
  readonly discard: boolean;
}

/** `azuredevopsservices` → `azureDevOpsServices`. */
export function toProvider(text: string, field: string): string {
  const provider = PROVIDERS.find((known) => known.toLowerCase() === text.toLowerCase());
  if (!provider) throw invalid(`${field} must be one of: ${PROVIDERS.join(', ').toLowerCase()}. Got: ${text}`);
  return provider;
}

/** Clones into a new Git folder. @returns its path */
export async function createGitFolder(call: Call, spec: GitFolderSpec): Promise<string> {
  const path = toWorkspacePath(spec.path ?? `/Repos/${call.caller.account}/${toName(spec.url)}`);
  if (path.startsWith('/Repos') && path.split('/').length !== 4) {
    throw invalid(`Path ${path} must have the form /Repos/{folder}/{repo-name}.`);
  }
  const parent = dirname(path);
  if (findNode(call, parent)?.type !== 'DIRECTORY') throw missing(`Parent directory ${parent} does not exist.`);
  if (findNode(call, path)) {
    throw taken(
      `Repo ${path} already exists. If you would like to create two repos from the same remote Git repo, ` +
        'rename the first repo before creating the second.',
    );
  }
  const bare = getRepository(call, spec.url, spec.provider);
  const part = join(call.scratch, `clone-${takeId(call)}`);
  await clone(bare, part, spec.patterns);
  const { url, provider, patterns } = spec;
  const record = { id: takeId(call), url, provider, createdBy: call.caller.account };
  // The record goes first: one without a checkout is forgotten at the next start.
  call.store.data.gitFolders[path] = { ...record, ...(patterns ? { sparsePatterns: patterns } : {}) };
  putRecord(call, path, call.caller.account);
  call.store.save();
  renameSync(part, toDisk(call, path));
  return path;
}

/** Checks out a branch or tag as it is in the repository now. */
export async function moveGitFolder(call: Call, path: string, move: GitFolderMove): Promise<void> {
  const folder = call.store.data.gitFolders[path];
  if (!folder) throw missing(`Path (${path}) doesn't exist.`);
  const directory = toDisk(call, path);
  if (move.branch !== undefined || move.tag !== undefined) {
    await fetchAll(directory, getRepository(call, folder.url, folder.provider));
    const commit = await getTarget(directory, folder, move);
    if (!move.discard) await refuseEdits(directory, path);
    const { branch } = move;
    put(call, path, { ...folder, settling: branch === undefined ? { commit } : { commit, branch } });
    await settle(directory, commit, move.branch);
    put(call, path, folder);
  }
  if (move.patterns) {
    await setSparse(directory, move.patterns);
    put(call, path, { ...folder, sparsePatterns: move.patterns });
  }
}

/** Removes the checkout; the repository it came from is not touched. */
export function removeGitFolder(call: Call, path: string): void {
  rmSync(toDisk(call, path), { recursive: true, force: true });
  forget(call, path);
  call.store.save();
}

/** The Git folder as the API shows it. */
export async function describeGitFolder(world: World, path: string): Promise<Record<string, unknown>> {
  const folder = world.store.data.gitFolders[path];
  if (!folder) throw missing(`Path (${path}) doesn't exist.`);
  const { branch, commit } = await readHead(toDisk(world, path));
  return {
    id: folder.id,
    path,
    url: folder.url,
    provider: folder.provider,
    ...(branch === undefined ? {} : { branch }),
    ...(commit === undefined ? {} : { head_commit_id: commit }),
    ...(folder.sparsePatterns ? { sparse_checkout: { patterns: folder.sparsePatterns } } : {}),
  };
}

/** Puts right what a crash left: Git folders without a checkout, and checkouts that were being moved. */
export async function recoverGitFolders(world: World): Promise<void> {
  for (const [path, folder] of Object.entries(world.store.data.gitFolders)) {
    const directory = join(world.root, path);
    if (!existsSync(join(directory, '.git'))) forget(world, path);
    else if (folder.settling !== undefined) {
      await settle(directory, folder.settling.commit, folder.settling.branch);
      const { settling: _, ...settled } = folder;
      world.store.data.gitFolders[path] = settled;
    }
  }
  world.store.save();
}

/** The bare repository behind a URL, if the caller may read it. */
function getRepository(call: Call, url: string, provider: string): string {
  const own = call.store.data.credentials.filter(
    (one) => one.owner === call.caller.account && one.provider.toLowerCase() === provider.toLowerCase(),
  );
  const credential = own.find((one) => one.isDefault) ?? own[0];
  const digests = call.identities().map(({ token }) => toDigest(token));
  // Without a stored credential the caller's own Entra sign-in counts, as for Azure DevOps in the same tenant.
  const isAccepted = credential?.tokenDigest === undefined || digests.includes(credential.tokenDigest);
  const bare = isAccepted ? call.gitRepositories.resolve(url) : undefined;
  if (bare !== undefined) return bare;
  throw denied(
    `Invalid Git provider credential for repository URL ${url}. The repository does not exist, or the credential ` +
      'may not read it. Go to User Settings > Git Integration to check it.',
  );
}

/** What is kept of a token. */
export function toDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

async function getTarget(directory: string, folder: GitFolder, move: GitFolderMove): Promise<string> {
  const ref = move.branch !== undefined ? `refs/remotes/origin/${move.branch}` : `refs/tags/${move.tag}`;
  const commit = await findCommit(directory, ref);
  if (commit !== undefined) return commit;
  const what = move.branch !== undefined ? `Branch ${move.branch}` : `Tag ${move.tag}`;
  throw missing(`${what} does not exist in the remote Git repo ${folder.url}.`);
}

async function refuseEdits(directory: string, path: string): Promise<void> {
  const edits = await listEdits(directory);
  if (edits.length === 0) return;
  const shown = edits.slice(0, 5).join(', ') + (edits.length > 5 ? ` and ${edits.length - 5} more` : '');
  const message = `Cannot update ${path}: uncommitted changes would be overwritten (${shown}).`;
  throw new ServiceError(400, 'GIT_CONFLICT', `${message} Commit or discard them first.`);
}

function put(call: Call, path: string, folder: GitFolder): void {
  call.store.data.gitFolders[path] = folder;
  call.store.save();
}

function toName(url: string): string {
  return decodeURIComponent(basename(url)).replace(/\.git$/, '');
}
