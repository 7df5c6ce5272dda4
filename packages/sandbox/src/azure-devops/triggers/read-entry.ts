import { readHead } from '../../agent/compile/head.ts';
import { parseTree } from '../../agent/compile/parse-tree.ts';
import { PipelineProblem } from '../../agent/problem.ts';
import type { Data } from '../../agent/tree.ts';
import { toObject, toText } from '../call.ts';
import { findDefaultBranch, findRef, tryGit } from '../git.ts';
import type { Scene } from '../pull-request-policies.ts';
import { toYamlPath } from '../runs/read-pipeline.ts';
import type { Definition, Repository } from '../state.ts';
import { toGitFolder, type World } from '../world.ts';

/** What the entry of a pipeline says of its triggers at a commit. */
export type Entry =
  | { readonly kind: 'read'; readonly head: Readonly<Record<string, Data>> }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'missing' };

/** A commit never changes, so what it says is read once. */
const known = new Map<string, Promise<Entry>>();
const MOST_KNOWN = 1000;

/** Reads the part of a pipeline's YAML that says what starts it. */
export function readEntry(
  world: World,
  repository: Repository,
  definition: Definition,
  commitId: string,
): Promise<Entry> {
  const path = toYamlPath(definition);
  const key = `${repository.id}:${commitId}:${path}`;
  const found = known.get(key) ?? read(toGitFolder(world, repository), commitId, path);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, found);
  return found;
}

async function read(folder: string, commitId: string, path: string): Promise<Entry> {
  const { code, stdout } = await tryGit(folder, ['cat-file', 'blob', `${commitId}:${path.slice(1)}`]);
  if (code !== 0) return { kind: 'missing' };
  try {
    return { kind: 'read', head: readHead(parseTree(path, stdout.toString('utf8'))) };
  } catch (error) {
    if (error instanceof PipelineProblem) return { kind: 'unreadable' };
    throw error;
  }
}

/** Whether triggers may start a pipeline: one that is paused or disabled they leave alone. */
export function isEnabled({ body }: Definition): boolean {
  return body.queueStatus !== 'paused' && body.queueStatus !== 'disabled';
}

/** The repository that a definition is read from. */
export function findSource({ organization }: Scene, { body }: Definition): Repository | undefined {
  const id = toText(toObject(body.repository).id);
  return organization.repositories.find((repository) => repository.id === id && !repository.isDisabled);
}

/** "Default branch for manual and scheduled builds", and where it stands. */
export function findDefault(
  world: World,
  repository: Repository,
  { body }: Definition,
): { readonly ref: string; readonly commitId: string } | undefined {
  const folder = toGitFolder(world, repository);
  const named = toText(toObject(body.repository).defaultBranch);
  const ref = named === '' ? findDefaultBranch(folder) : named.replace(/^(?!refs\/)/, 'refs/heads/');
  const commitId = ref && findRef(folder, ref);
  return ref && commitId ? { ref, commitId } : undefined;
}
