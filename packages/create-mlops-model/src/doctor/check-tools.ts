import type { Translate } from '@create-mlops-model/core';
import type { Environment } from '../services/http-agents.ts';
import type { Shell } from '../services/shell.ts';
import type { Finding } from './finding.ts';

/** Oldest git that takes settings from the environment, where credentials are in nobody's sight (`GIT_CONFIG_COUNT`). */
const OLDEST_GIT = '2.31';

/** Oldest Python that a project's own set-up accepts. */
const OLDEST_PYTHON = '3.11';

/** What the tools are looked for with. */
export interface ToolSources {
  readonly shell: Shell;
  readonly environment: Environment;
  readonly translate: Translate;
  /** Version of Node.js that runs us, as `20.19.0`. */
  readonly node: string;
  /** Python of `mlops.yaml`, where there is one. */
  readonly python?: string;
}

/** The programs on this machine. Those that only some work needs are notes when they are missing. */
export async function checkTools(sources: ToolSources): Promise<readonly Finding[]> {
  const found = await Promise.all([
    checkGit(sources),
    checkPython(sources),
    checkOptional(sources, 'az', ['version', '--output', 'tsv'], 'doctor.az.fix'),
    checkOptional(sources, 'kubectl', ['version', '--client'], 'doctor.kubectl.fix'),
  ]);
  return [present('node', `Node.js ${sources.node}`), ...found];
}

async function checkGit(sources: ToolSources): Promise<Finding> {
  const version = await findVersion(sources, 'git', ['--version']);
  if (version !== undefined && isAtLeast(version, OLDEST_GIT)) return present('git', `git ${version}`);
  return old(sources, 'git', 'git', version, OLDEST_GIT, 'doctor.git.fix');
}

/** A Python that is installed. */
export interface FoundPython {
  /** Name or path that starts it. */
  readonly program: string;
  /** `3.12.4` */
  readonly version: string;
}

/** The Python that a project is set up with: the version of `mlops.yaml` before others, which may be too old. */
export async function findPython({ python: wanted, ...sources }: ToolSources): Promise<FoundPython | undefined> {
  const names = [...(wanted === undefined ? [] : [`python${wanted}`]), 'python3', 'python'];
  const versions = await Promise.all(
    names.map(async (program) => ({ program, version: await findVersion(sources, program, ['--version']) })),
  );
  const found = versions.filter((each): each is FoundPython => each.version !== undefined);
  return found.find(({ version }) => wanted !== undefined && version.startsWith(`${wanted}.`)) ?? found[0];
}

async function checkPython(sources: ToolSources): Promise<Finding> {
  const { python: wanted, translate } = sources;
  const best = (await findPython(sources))?.version;
  if (best === undefined || !isAtLeast(best, OLDEST_PYTHON)) {
    const missing = old(sources, 'python', 'Python', best, OLDEST_PYTHON, 'doctor.python.fix');
    // Outside a model's folder nothing needs it yet.
    return wanted === undefined ? { ...missing, status: 'note' } : missing;
  }
  if (wanted === undefined || best.startsWith(`${wanted}.`)) return present('python', `Python ${best}`);
  return {
    topic: 'tools',
    name: 'python',
    status: 'note',
    text: translate('doctor.python.other', { version: best, wanted }),
    fix: translate('doctor.python.other.fix', { wanted }),
  };
}

async function checkOptional(
  sources: ToolSources,
  name: string,
  args: readonly string[],
  fix: 'doctor.az.fix' | 'doctor.kubectl.fix',
): Promise<Finding> {
  const { translate } = sources;
  const version = await findVersion(sources, name, args);
  if (version !== undefined) return present(name, `${name} ${version}`);
  const text = translate('doctor.missing', { program: name });
  return { topic: 'tools', name, status: 'note', text, fix: translate(fix) };
}

/** The first version number in what the program prints; `undefined` without the program. */
async function findVersion(sources: ToolSources, file: string, args: readonly string[]): Promise<string | undefined> {
  const result = await sources.shell.run(file, args, { environment: sources.environment, timeout: 20_000 });
  if (result.exitCode !== 0) return undefined;
  return /\d+\.\d+(?:\.\d+)?/.exec(result.stdout + result.stderr)?.[0];
}

function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = oldest.split('.').map(Number);
  return major > oldMajor || (major === oldMajor && minor >= oldMinor);
}

function present(name: string, program: string): Finding {
  return { topic: 'tools', name, status: 'pass', text: program };
}

function old(
  { translate }: ToolSources,
  name: string,
  program: string,
  version: string | undefined,
  oldest: string,
  fix: 'doctor.git.fix' | 'doctor.python.fix',
): Finding {
  const text =
    version === undefined
      ? translate('doctor.missing', { program })
      : translate('doctor.old', { program: `${program} ${version}`, oldest });
  return { topic: 'tools', name, status: 'fail', text, fix: translate(fix, { oldest }) };
}
