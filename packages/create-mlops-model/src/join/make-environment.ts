import { join } from 'node:path';
import type { CommandContext } from '../command.ts';
import type { FoundPython } from '../doctor/check-tools.ts';
import type { Finding } from '../doctor/finding.ts';
import { makeShell, type ShellResult } from '../services/shell.ts';

/** Longest time for the first environment, which is downloaded, and for the tests. Milliseconds. */
const LONGEST = 30 * 60_000;

/** The project's own set-up of Python, run with the Python that was found. */
export async function makeEnvironment(
  context: CommandContext,
  folder: string,
  { program, version }: FoundPython,
): Promise<readonly Finding[]> {
  const { translate } = context;
  const line = { topic: 'machine', name: 'environment' } as const;
  context.terminal.print(`  ${translate('join.environment.making')}`);
  const result = await run(context, folder, program, ['scripts/setup.py']);
  if (result.exitCode === 0) {
    return [{ ...line, status: 'pass', text: translate('join.environment', { python: version }) }];
  }
  const text = translate('join.environment.failed', { said: toLastLines(result) });
  return [{ ...line, status: 'fail', text, fix: translate('join.again') }];
}

/** The project's own tests, as everybody runs them. */
export async function runTests(context: CommandContext, folder: string): Promise<readonly Finding[]> {
  const { translate } = context;
  const line = { topic: 'machine', name: 'tests' } as const;
  context.terminal.print(`  ${translate('join.tests.running')}`);
  const programs = process.platform === 'win32' ? ['.venv', 'Scripts', 'python.exe'] : ['.venv', 'bin', 'python'];
  const result = await run(context, folder, join(folder, ...programs), ['-m', 'pytest', '-q']);
  const passed = /(\d+) passed/.exec(result.stdout)?.[1];
  if (result.exitCode === 0 && passed !== undefined) {
    return [{ ...line, status: 'pass', text: translate('join.tests', { count: Number(passed) }) }];
  }
  const text = translate('join.tests.failed', { said: toLastLines(result) });
  return [{ ...line, status: 'fail', text, fix: translate('join.tests.fix') }];
}

function run({ env, signal }: CommandContext, folder: string, program: string, args: readonly string[]) {
  return makeShell().run(program, args, { folder, environment: env, timeout: LONGEST, signal });
}

const SHOWN = 5;

function toLastLines({ stdout, stderr, exitCode }: ShellResult): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  const last = lines.slice(-SHOWN).map((line) => `\n      ${line.trim()}`);
  return last.length === 0 ? String(exitCode) : last.join('');
}
