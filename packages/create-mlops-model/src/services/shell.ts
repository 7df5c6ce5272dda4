import { spawn } from 'node:child_process';
import type { Environment } from './http-agents.ts';

/** What became of a program. */
export interface ShellResult {
  /** -1 when it could not be started. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** There is no such program on the PATH. */
  readonly missing: boolean;
}

/** Starts programs: a file and its arguments, never a command line. */
export interface Shell {
  run(file: string, args: readonly string[], options?: ShellOptions): Promise<ShellResult>;
}

/** Where and with what a program runs. */
export interface ShellOptions {
  readonly folder?: string;
  /** Added to this process's environment. */
  readonly environment?: Environment;
  readonly input?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Ends the program when it is aborted. */
  readonly signal?: AbortSignal;
}

/** The real one. On Windows it finds `az.cmd` and quotes its arguments without a shell. */
export function makeShell(): Shell {
  return {
    async run(file, args, options = {}) {
      const { execa } = await import('execa');
      const result = await execa(file, [...args], {
        reject: false,
        stdin: options.input === undefined ? 'ignore' : 'pipe',
        timeout: options.timeout ?? 60_000,
        ...(options.folder === undefined ? {} : { cwd: options.folder }),
        ...(options.environment === undefined ? {} : { env: { ...options.environment } }),
        ...(options.input === undefined ? {} : { input: options.input }),
        ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
      });
      return {
        exitCode: result.exitCode ?? -1,
        stdout: typeof result.stdout === 'string' ? result.stdout : '',
        stderr: typeof result.stderr === 'string' ? result.stderr : '',
        missing: result.code === 'ENOENT',
      };
    },
  };
}

/** What became of a program that speaks in bytes. */
export interface BytesResult {
  /** -1 when it could not be started. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** There is no such program on the PATH. */
  readonly missing: boolean;
}

/**
 * Runs a program whose input and output are bytes, in exactly this environment, and waits for its end. For programs that
 * are a script on no system: `makeShell` starts those too, and takes 30 ms to load what it needs for it.
 */
export function runBytes(
  file: string,
  args: readonly string[],
  { folder, environment, input }: { folder: string; environment: Record<string, string>; input?: Uint8Array },
): Promise<BytesResult> {
  const stdio = [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] as const;
  const child = spawn(file, [...args], { cwd: folder, env: environment, stdio: [...stdio], windowsHide: true });
  const printed: Buffer[] = [];
  const said: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => printed.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
  // A program that ends before it has read everything says why by its code.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  return new Promise((resolve) => {
    const end = (exitCode: number, missing: boolean) =>
      resolve({ exitCode, missing, stdout: Buffer.concat(printed), stderr: Buffer.concat(said).toString() });
    child.once('error', (error: NodeJS.ErrnoException) => end(-1, error.code === 'ENOENT'));
    child.once('close', (code) => end(code ?? -1, false));
  });
}

/** A program that goes on while other things are done. */
export interface StartedProgram {
  /** Ends its input, and waits for its end. @returns what it printed */
  end(): Promise<string>;
  /** Ends it at once; nothing happens where it has ended. */
  kill(): void;
}

/** Starts a program that reads its input to the end. */
export function startProgram(file: string, args: readonly string[], environment: Environment): StartedProgram {
  const env = { ...environment } as NodeJS.ProcessEnv;
  const child = spawn(file, [...args], { env, stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true });
  const printed: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  return {
    async end() {
      child.stdin.end();
      await ended;
      return Buffer.concat(printed).toString();
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
