import { findLang } from '@create-mlops-model/core/locale';
import { createTranslate, type Translate } from '@create-mlops-model/core/messages/index';
import type { CommandContext, CommandModule, Flags } from './command.ts';
import type { CommandName } from './commands.ts';
import { refuseEatenFlags } from './eaten-flags.ts';
import { type CommandLine, parseCommandLine } from './flags.ts';
import { describeHelp } from './help.ts';
import { describeError } from './report-error.ts';
import { writeAll } from './services/standard-output.ts';
import { createTerminal, type Terminal } from './services/terminal.ts';
import { version } from './version.ts';

/** Commands are loaded when asked for, so that `--version` and `--help` load none. */
const modules: Readonly<Record<CommandName, () => Promise<CommandModule>>> = {
  create: () => import('./commands/create.ts'),
  plan: async () => (await import('./commands/project.ts')).plan,
  apply: async () => (await import('./commands/project.ts')).apply,
  destroy: async () => (await import('./commands/project.ts')).destroy,
  join: async () => (await import('./commands/project.ts')).join,
  feature: async () => (await import('./commands/project.ts')).feature,
  schedule: async () => (await import('./commands/project.ts')).schedule,
  update: async () => (await import('./commands/project.ts')).update,
  own: async () => (await import('./commands/project.ts')).own,
  status: async () => (await import('./commands/project.ts')).status,
  rollback: async () => (await import('./commands/project.ts')).rollback,
  doctor: async () => (await import('./commands/project.ts')).doctor,
  sandbox: async () => (await import('./commands/project.ts')).sandbox,
  rehearse: async () => (await import('./commands/project.ts')).rehearse,
};

/** Environment variables that hold secrets; their values are blotted out of every error. */
const SECRET_VARIABLES = ['AZURE_DEVOPS_EXT_PAT', 'DATABRICKS_TOKEN', 'SYSTEM_ACCESSTOKEN', 'MLFLOW_TRACKING_TOKEN'];

// Not the three streams: Node loads much when one is first touched, and `--version` and `--help` need none.
const { argv, env, platform } = process;
const args = argv.slice(2);
// Known before the command line is: its errors too come in the right language and form.
const json = args.includes('--json');
const debug = args.includes('--debug');
const debugLines: (() => string)[] = [];

const translate = createTranslate(findLang(findLangFlag(), env, getSystemLocale));

// If every handle closes while a command still waits, that is not success.
process.exitCode = 1;
void main();

async function main(): Promise<void> {
  try {
    refuseEatenFlags(args, env, platform, translate);
    const line = parseCommandLine(args, version, translate);
    const text = findText(line);
    if (text === undefined) return exit(await run(line));
    writeAll(text);
    process.exitCode = 0;
  } catch (error) {
    exit(reportError(error));
  }
}

/** What is printed and all, for `--version` and `--help`. */
function findText(line: CommandLine): string | undefined {
  if (line.wantsVersion) return `${version}\n`;
  if (line.wantsHelp) return describeHelp(isAboutAll(line) ? undefined : line.command, version, translate);
  return undefined;
}

function reportError(error: unknown): number {
  const secrets = SECRET_VARIABLES.map((name) => env[name]);
  const report = describeError(error, { translate, debug, version, secrets });
  const terminal = openTerminal({ noInteractive: true });
  if (json) process.stdout.write(toJsonLine(report.document));
  terminal.printError(report.lines.join('\n'));
  printDebug(terminal);
  return report.exitCode;
}

async function run({ command, flags, positionals }: CommandLine): Promise<number> {
  const terminal = openTerminal(flags);
  const module = await modules[command.name]();
  const context = toContext(flags, positionals, terminal);
  const exitCode = await module.run(context);
  printDebug(terminal);
  return exitCode;
}

function toContext(flags: Flags, positionals: readonly string[], terminal: Terminal): CommandContext {
  let printed = false;
  return {
    flags,
    positionals,
    cwd: process.cwd(),
    env,
    terminal,
    translate,
    signal: listenForInterrupt(terminal, translate),
    version,
    printDocument: (document) => {
      if (!flags.json) return;
      if (printed) throw new Error('a second document was to be printed');
      printed = true;
      process.stdout.write(toJsonLine(document));
    },
    addDebug: (line) => {
      debugLines.push(line);
    },
  };
}

function openTerminal({ noInteractive }: Pick<Flags, 'noInteractive'>): Terminal {
  const { stdout, stderr } = process;
  // Somebody who reads only the first lines (`| head`) is no error.
  for (const stream of [stdout, stderr]) if (stream.listenerCount('error') === 0) stream.on('error', endQuietly);
  const streams = {
    // Node opens it when it is first touched.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
  };
  return createTerminal(Object.assign(streams, { env, translate, json, noInteractive }));
}

/** The first Ctrl-C asks the command to stop, the second ends it. */
function listenForInterrupt(terminal: Terminal, t: Translate): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    terminal.printError(t('apply.stopping'));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}

function printDebug(terminal: Terminal): void {
  if (!debug) return;
  for (const line of debugLines) terminal.printError(line());
}

/** One line, so that it can be piped into anything; the agent of Azure Pipelines finds no command in it. */
function toJsonLine(document: unknown): string {
  return `${JSON.stringify(document).replaceAll('##', '#\\u0023')}\n`;
}

/** `--help` alone, rather than after a command's name. */
function isAboutAll({ command }: CommandLine): boolean {
  return !args.includes(command.name);
}

/** Elsewhere the variables say it, or nobody chose a language. */
function getSystemLocale(): string {
  return platform === 'win32' || platform === 'darwin' ? Intl.DateTimeFormat().resolvedOptions().locale : 'en';
}

function findLangFlag(): string | undefined {
  const inline = args.find((word) => word.startsWith('--lang='))?.slice('--lang='.length);
  return inline ?? (args.includes('--lang') ? args[args.indexOf('--lang') + 1] : undefined);
}

function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
}

/** Kept-alive connections must not keep us; what was written to a pipe must still arrive. */
function exit(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
