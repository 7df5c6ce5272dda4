import { join } from 'node:path';
import type { ExitCode } from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import { toInvocation } from '../commands.ts';
import {
  findSandbox,
  type RunningSandbox,
  resetSandbox,
  startSandbox,
  stopSandbox,
  toSandboxHome,
} from '../services/sandbox.ts';
import { makeShell } from '../services/shell.ts';

/** Starts, stops, empties or describes the local Azure. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const home = toSandboxHome(context.env);
  switch (context.positionals[0]) {
    case 'start':
      return start(context, home);
    case 'stop':
      return stop(context, home);
    case 'reset':
      return reset(context, home);
    default:
      return status(context, home);
  }
}

async function start(context: CommandContext, home: string): Promise<ExitCode> {
  const { terminal, translate, env, version } = context;
  const running = findSandbox(home);
  const sandbox = running ?? (await startSandbox({ home, version, environment: env, shell: makeShell() }));
  const url = sandbox.addresses.azureDevOps;
  terminal.print(running ? translate('sandbox.already', { url }) : translate('sandbox.started', { url }));
  describe(context, home);
  context.printDocument(toDocument(sandbox));
  return 0;
}

async function stop(context: CommandContext, home: string): Promise<ExitCode> {
  const stopped = await stopSandbox(home);
  context.terminal.print(context.translate(stopped ? 'sandbox.stopped' : 'sandbox.notRunning'));
  context.printDocument(toDocument(undefined));
  return 0;
}

async function reset(context: CommandContext, home: string): Promise<ExitCode> {
  const { terminal, translate, flags } = context;
  if (!flags.yes && !(await terminal.confirm(translate('sandbox.reset.confirm', { home }), false))) {
    terminal.print(translate('apply.declined'));
    return 130;
  }
  await stopSandbox(home);
  resetSandbox(home);
  terminal.print(translate('sandbox.reset'));
  context.printDocument(toDocument(undefined));
  return 0;
}

function status(context: CommandContext, home: string): ExitCode {
  const { terminal, translate, version } = context;
  const sandbox = findSandbox(home);
  context.printDocument(toDocument(sandbox));
  if (!sandbox) {
    terminal.print(translate('sandbox.notRunning'));
    terminal.print(translate('sandbox.startHint', { command: `${toInvocation(version)} sandbox start` }));
    return 0;
  }
  terminal.print(translate('sandbox.already', { url: sandbox.addresses.azureDevOps }));
  describe(context, home);
  return 0;
}

/** Where its state lies, and what git is to be told when it asks who we are. */
function describe({ terminal, translate }: CommandContext, home: string): void {
  terminal.print(translate('sandbox.state', { home }));
  terminal.print(translate('sandbox.password', { file: join(home, 'sandbox.json') }));
}

/** Without the tokens: they stay in `sandbox.json`, which only its owner may read. */
function toDocument(sandbox: RunningSandbox | undefined) {
  return {
    schema: 1,
    kind: 'sandbox',
    running: sandbox !== undefined,
    ...(sandbox ? { pid: sandbox.pid, version: sandbox.version, addresses: sandbox.addresses } : {}),
  };
}
