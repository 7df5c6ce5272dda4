import type { mergeStrategy } from './enums.ts';
import { runGit, tryGit } from './git.ts';

/** How a pull request goes into its target. */
export type MergeStrategy = keyof typeof mergeStrategy;

/** Who writes a commit. */
interface Author {
  readonly name: string;
  readonly email: string;
}

/** Two commits, and how they become one. */
interface MergeWish {
  readonly target: string;
  readonly source: string;
  readonly strategy: MergeStrategy;
  readonly message: string;
  readonly author: Author;
}

/**
 * Merges without a work tree, and moves no ref.
 * @returns the commit that the target becomes, or `undefined` on conflicts
 * @throws if git cannot merge at all: histories without a common commit
 */
export async function mergeCommits(folder: string, wish: MergeWish): Promise<string | undefined> {
  const { target, source, strategy, message, author } = wish;
  switch (strategy) {
    case 'noFastForward':
    case 'squash': {
      const tree = await mergeTrees(folder, target, source);
      if (tree === undefined) return undefined;
      const parents = strategy === 'squash' ? [target] : [target, source];
      return commitTree(folder, tree, parents, message, toWriter(author));
    }
    case 'rebase':
      return rebase(folder, target, source, author);
    case 'rebaseMerge': {
      const tip = await rebase(folder, target, source, author);
      return tip && commitTree(folder, await treeOf(folder, tip), [target, tip], message, toWriter(author));
    }
  }
}

async function mergeTrees(folder: string, ours: string, theirs: string): Promise<string | undefined> {
  const { code, stdout, stderr } = await tryGit(folder, ['merge-tree', '--write-tree', '--no-messages', ours, theirs]);
  if (code === 0) return stdout.toString('utf8').trim();
  if (code === 1) return undefined;
  // 129: git does not know the option, which came with 2.38.
  if (code === 129) throw new Error('Merging pull requests takes git 2.38 or newer.');
  throw new Error(stderr.trim());
}

function treeOf(folder: string, commit: string): Promise<string> {
  return runGit(folder, ['rev-parse', `${commit}^{tree}`]);
}

/** Puts the source's commits on the target, one after another; merges among them vanish, as with git's own rebase. */
async function rebase(folder: string, target: string, source: string, author: Author): Promise<string | undefined> {
  const range = ['rev-list', '--reverse', '--topo-order', '--no-merges', `${target}..${source}`];
  const commits = (await runGit(folder, range)).split('\n').filter((line) => line !== '');
  let tip: string = target;
  for (const commit of commits) {
    const next = await pick(folder, tip, commit, author);
    if (next === undefined) return undefined;
    tip = next;
  }
  return tip;
}

async function pick(folder: string, tip: string, commit: string, author: Author): Promise<string | undefined> {
  const format = ['%P', '%an', '%ae', '%ad', '%B'].join('%x1f');
  const text = await runGit(folder, ['log', '-1', '--date=raw', `--format=${format}`, commit]);
  const [parent = '', name = '', email = '', date = '', message = ''] = text.split('\x1f');
  if (parent === tip) return commit;
  const tipTree = await treeOf(folder, tip);
  // A commit with the tip's content beside the picked one makes their common parent the base of a plain merge.
  const beside = await commitTree(folder, tipTree, [parent], '', toWriter(author));
  const tree = await mergeTrees(folder, beside, commit);
  if (tree === undefined) return undefined;
  if (tree === tipTree) return tip;
  const writer = {
    ...toWriter(author),
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: `@${date}`,
  };
  return commitTree(folder, tree, [tip], message, writer);
}

function commitTree(
  folder: string,
  tree: string,
  parents: readonly string[],
  message: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return runGit(folder, ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], message, env);
}

function toWriter({ name, email }: Author): Record<string, string> {
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}
