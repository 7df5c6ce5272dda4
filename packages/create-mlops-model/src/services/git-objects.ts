import { type FileVersion, type ProjectFile, toProjectFile, UserError } from '@create-mlops-model/core';
import { toGitEnvironment } from './git/git-environment.ts';
import { noGit } from './git/git-error.ts';
import type { Environment } from './http-agents.ts';
import { type BytesResult, runBytes } from './shell.ts';

/** A file of a commit. */
export interface TreeEntry {
  readonly path: string;
  readonly object: string;
  /** git's own: `100644`, `100755`, `120000` (a link), `160000` (a submodule). */
  readonly mode: string;
}

/** A commit to be made; nothing of it is in a working tree or an index. */
export interface CommitSpec {
  /** Reference that will name it. */
  readonly ref: string;
  /** Names of commits, or `:1` for the first of those made together. */
  readonly parents: readonly string[];
  /** Tree whose files it has but for the changes; absent: that of its first parent. */
  readonly tree?: string;
  /** Path → what it holds; `undefined`: removed. */
  readonly changes: ReadonlyMap<string, FileVersion | undefined>;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  /** Seconds since the epoch. */
  readonly time: number;
}

/** What git itself stores: trees, texts, commits; byte for byte, as many in one process as there are. */
export interface GitObjects {
  /** All files of a commit. */
  listTree(folder: string, commit: string): Promise<readonly TreeEntry[]>;
  /** What objects or `<commit>:<path>` hold, in the same order; `undefined`: there is none. */
  readAll(folder: string, names: readonly string[]): Promise<readonly (Buffer | undefined)[]>;
  /** @returns the commits */
  makeCommits(folder: string, commits: readonly CommitSpec[]): Promise<readonly string[]>;
  /** Runs git; any other end than 0 is the caller's. */
  run(folder: string, args: readonly string[], input?: Uint8Array): Promise<BytesResult>;
}

/** The real ones. @param environment this process's */
export function makeGitObjects(environment: Environment): GitObjects {
  const run: GitObjects['run'] = async (folder, args, input) => {
    const options = { folder, environment: toGitEnvironment(environment, folder, {}), ...(input ? { input } : {}) };
    const result = await runBytes('git', args, options);
    if (result.missing) throw noGit(undefined);
    return result;
  };
  const get = async (folder: string, args: readonly string[], input?: Uint8Array): Promise<Buffer> => {
    const { exitCode, stdout, stderr } = await run(folder, args, input);
    if (exitCode !== 0) throw failed(args[0] ?? '', stderr);
    return stdout;
  };
  return {
    run,
    async listTree(folder, commit) {
      const text = (await get(folder, ['ls-tree', '-r', '-z', '--full-tree', commit])).toString();
      return text.split('\0').flatMap((line) => {
        const [, mode, object, path] = /^(\d+) \w+ ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
        return mode === undefined || object === undefined || path === undefined ? [] : [{ mode, object, path }];
      });
    },
    async readAll(folder, names) {
      if (names.length === 0) return [];
      return parseBatch(await get(folder, ['cat-file', '--batch'], Buffer.from(`${names.join('\n')}\n`)), names.length);
    },
    async makeCommits(folder, commits) {
      const args = ['fast-import', '--quiet', '--force', '--done', '--date-format=raw'];
      const printed = (await get(folder, args, toImportStream(commits))).toString().trim();
      return printed === '' ? [] : printed.split('\n');
    },
  };
}

/** What an entry of a tree and its bytes are to a merge. */
export function toTreeFile({ mode }: TreeEntry, bytes: Uint8Array | undefined): ProjectFile {
  if (mode === '160000') return { kind: 'submodule' };
  if (mode === '120000' || bytes === undefined) return { kind: 'link' };
  return toProjectFile(bytes, mode === '100755');
}

/** `<object> blob <size>\n<bytes>\n` for each name, `<name> missing\n` for one that is not there. */
function parseBatch(bytes: Buffer, count: number): readonly (Buffer | undefined)[] {
  const found: (Buffer | undefined)[] = [];
  let at = 0;
  while (found.length < count) {
    const end = bytes.indexOf('\n', at);
    if (end < 0) throw new Error('git cat-file ended early');
    const head = bytes.toString('utf8', at, end);
    const size = /^[0-9a-f]+ \w+ (\d+)$/.exec(head)?.[1];
    at = end + 1;
    if (size === undefined) {
      found.push(undefined);
      continue;
    }
    found.push(bytes.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return found;
}

/** The form that `git fast-import` reads; each commit's name is asked for at its end. */
function toImportStream(commits: readonly CommitSpec[]): Buffer {
  const parts: (string | Buffer)[] = [];
  const data = (text: string) => {
    const bytes = Buffer.from(text);
    parts.push(`data ${bytes.length}\n`, bytes, '\n');
  };
  for (const [index, { ref, parents, tree, changes, message, author, time }] of commits.entries()) {
    parts.push(`commit ${ref}\nmark :${index + 1}\n`);
    parts.push(`committer ${toName(author.name)} <${toName(author.email)}> ${time} +0000\n`);
    data(message);
    const [first, ...others] = parents;
    if (first !== undefined) parts.push(`from ${first}\n`);
    for (const parent of others) parts.push(`merge ${parent}\n`);
    if (tree !== undefined) parts.push(`M 040000 ${tree} ""\n`);
    for (const [path, file] of changes) if (file === undefined) parts.push(`D ${quote(path)}\n`);
    for (const [path, file] of changes) {
      if (file === undefined) continue;
      parts.push(`M ${file.executable ? '100755' : '100644'} inline ${quote(path)}\n`);
      data(file.contents);
    }
    parts.push('\n');
  }
  for (const index of commits.keys()) parts.push(`get-mark :${index + 1}\n`);
  parts.push('done\n');
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

function quote(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

/** What a name may not hold in a commit. */
function toName(text: string): string {
  return text.replace(/[<>\n\0]/g, '').trim() || 'unknown';
}

function failed(command: string, said: string): UserError {
  const reason = said.trim();
  return new UserError('failed', {
    en: `git ${command} failed: ${reason}`,
    fr: `git ${command} a échoué\u00a0: ${reason}`,
  });
}
