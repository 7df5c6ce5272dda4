import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Object id that stands for "there is none". */
export const NO_OBJECT = '0'.repeat(40);

/** What a git process left behind. */
export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Settings of the person who started the sandbox must not change what the service does. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    ...extra,
  };
}

/** Runs git in a repository, whatever it exits with. */
export function tryGit(
  folder: string,
  args: readonly string[],
  input: Buffer | string = '',
  env: Readonly<Record<string, string>> = {},
): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...args], { cwd: folder, env: gitEnvironment(env) });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {}); // git may end before it has read everything
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8') }),
    );
    child.stdin.end(input);
  });
}

/** Runs git and gives back what it printed, without the last line end. @throws if git fails */
export async function runGit(
  folder: string,
  args: readonly string[],
  input: Buffer | string = '',
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await tryGit(folder, args, input, env);
  if (code !== 0) throw new Error(`git ${args[0] ?? ''}: ${stderr.trim()}`);
  return stdout.toString('utf8').replace(/\n$/, '');
}

/**
 * The service refuses a ref with a reason of its own; git's hook can only say no.
 * So the reasons come in by the environment, and `git-http.ts` puts them into the answer.
 */
const UPDATE_HOOK = `#!/bin/sh
case "
$SANDBOX_REFUSED_REFS
" in *"
$1
"*) exit 1 ;; esac
exit 0
`;

/** Makes an empty bare repository whose first branch will be \`main\`; never half of one. */
export async function initRepository(folder: string): Promise<void> {
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await runGit(draft, ['init', '--quiet', '--bare', '--initial-branch=main', '--template=', '.']);
  await runGit(draft, ['config', 'http.receivepack', 'true']);
  await mkdir(join(draft, 'hooks'));
  await writeFile(join(draft, 'hooks', 'update'), UPDATE_HOOK, { mode: 0o755 });
  await rename(draft, folder);
}

/** The default branch (`refs/heads/main`), or `undefined` while the repository is empty. */
export function findDefaultBranch(folder: string): string | undefined {
  const head = readFileSync(join(folder, 'HEAD'), 'utf8')
    .trim()
    .replace(/^ref: /, '');
  return findRef(folder, head) === undefined ? undefined : head;
}

/** The object a ref names, read without starting git. */
export function findRef(folder: string, ref: string): string | undefined {
  const loose = join(folder, ref);
  if (existsSync(loose)) return readFileSync(loose, 'utf8').trim();
  const packed = join(folder, 'packed-refs');
  if (!existsSync(packed)) return undefined;
  const line = readFileSync(packed, 'utf8')
    .split('\n')
    .find((candidate) => candidate.endsWith(` ${ref}`));
  return line?.split(' ')[0];
}

/** One ref of a repository. */
export interface Ref {
  readonly name: string;
  readonly objectId: string;
}

/** All branches and tags, sorted by name. */
export async function listRefs(folder: string): Promise<readonly Ref[]> {
  const text = await runGit(folder, ['for-each-ref', '--format=%(objectname) %(refname)']);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ objectId: line.slice(0, 40), name: line.slice(41) }));
}

/** The service makes the first branch that is pushed the default one. */
export async function adoptFirstBranch(folder: string): Promise<void> {
  if (findDefaultBranch(folder) !== undefined) return;
  const branches = (await listRefs(folder)).filter(({ name }) => name.startsWith('refs/heads/'));
  const first = branches.find(({ name }) => name === 'refs/heads/main') ?? branches[0];
  if (first) await runGit(folder, ['symbolic-ref', 'HEAD', first.name]);
}
