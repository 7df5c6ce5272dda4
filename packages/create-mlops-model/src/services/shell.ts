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
