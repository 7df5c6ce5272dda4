import { posix } from 'node:path';
import { checkRun } from './check-run.ts';
import { refuseLine } from './docker-error.ts';
import type { Instruction, Keyword } from './parse-dockerfile.ts';
import { readWords } from './read-words.ts';

type Variables = Readonly<Record<string, string>>;

/** What changes an image's files, in the order of the Dockerfile. */
export type BuildStep =
  | {
      readonly kind: 'run';
      readonly line: number;
      readonly command: string;
      readonly environment: Variables;
      readonly folder: string;
    }
  | {
      readonly kind: 'copy';
      readonly line: number;
      /** Number of the stage that the files come from; absent: the folder that is built. */
      readonly from?: number;
      readonly sources: readonly string[];
      /** Absolute; a folder if it ends with a slash. */
      readonly target: string;
    };

/** What an image says of the process to start, as the OCI writes it. */
export interface ProcessConfig {
  readonly Env: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir: string;
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Labels: Variables;
}

/** From one `FROM` to the next. */
export interface Stage {
  readonly line: number;
  readonly base: string;
  readonly name: string | undefined;
  readonly steps: readonly BuildStep[];
  readonly config: ProcessConfig;
}

/** Where programs lie in an image whose base says nothing of it. */
export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Draft {
  readonly line: number;
  readonly base: string;
  readonly name: string | undefined;
  readonly steps: BuildStep[];
  arguments: Variables;
  environment: Variables;
  config: Omit<ProcessConfig, 'Env'>;
}

/** Resolves all that can be known before anything is built. @throws DockerError with the line that cannot be built */
export function planBuild(instructions: readonly Instruction[], given: Variables): readonly Stage[] {
  let global: Variables = {};
  const stages: Draft[] = [];
  for (const instruction of instructions) {
    const { keyword, line } = instruction;
    const stage = stages.at(-1);
    if (keyword === 'FROM') stages.push(openStage(instruction, global, stages));
    else if (stage) inLine(line, () => addInstruction(stage, instruction, { given, global, stages }));
    else if (keyword === 'ARG') global = { ...global, ...inLine(line, () => toArgument(instruction, given, global)) };
    else throw refuseLine(line, `${keyword} before the first FROM.`);
  }
  if (stages.length === 0) throw refuseLine(1, 'there is no FROM.');
  return stages.map(({ environment, config, line, base, name, steps }) => ({
    line,
    base,
    name,
    steps,
    config: { ...config, Env: Object.entries(environment).map(([key, value]) => `${key}=${value}`) },
  }));
}

function inLine<Result>(line: number, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if ((error as Error).name === 'DockerError') throw error;
    throw refuseLine(line, (error as Error).message);
  }
}

function openStage({ line, text }: Instruction, global: Variables, stages: readonly Draft[]): Draft {
  const [base = '', as, name, ...more] = inLine(line, () => readWords(text, global));
  if (base === '') throw refuseLine(line, `FROM ${text} names no image: a --build-arg is missing.`);
  const isNamed = as !== undefined;
  if (base.startsWith('--') || more.length > 0 || (isNamed && (as.toLowerCase() !== 'as' || name === undefined)))
    throw refuseLine(line, `FROM ${text} is not understood.`);
  if (stages.some((stage) => stage.name === base)) throw refuseLine(line, `FROM ${base}: a stage is no base here.`);
  const config = { WorkingDir: '/', Labels: {} };
  return { line, base, name, steps: [], arguments: {}, environment: { PATH }, config };
}

interface Around {
  readonly given: Variables;
  readonly global: Variables;
  readonly stages: readonly Draft[];
}

function addInstruction(stage: Draft, instruction: Instruction, around: Around): void {
  const { keyword, line, text } = instruction;
  const variables = { ...stage.arguments, ...stage.environment };
  if (keyword === 'ARG')
    stage.arguments = { ...stage.arguments, ...toArgument(instruction, around.given, around.global) };
  else if (keyword === 'ENV') stage.environment = { ...stage.environment, ...toPairs(readWords(text, variables)) };
  else if (keyword === 'COPY') stage.steps.push(toCopy(line, readWords(text, variables), stage, around.stages));
  else if (keyword === 'RUN') {
    checkRun(line, text);
    stage.steps.push({ kind: 'run', line, command: text, environment: variables, folder: stage.config.WorkingDir });
  } else stage.config = { ...stage.config, ...toConfig(keyword, text, stage.config, variables) };
}

/** What an instruction changes that makes no files. */
function toConfig(
  keyword: Exclude<Keyword, 'ARG' | 'COPY' | 'ENV' | 'RUN'>,
  text: string,
  { Labels, WorkingDir, ExposedPorts }: Draft['config'],
  variables: Variables,
): Partial<Draft['config']> {
  const words = () => readWords(text, variables);
  switch (keyword) {
    case 'CMD':
      return { Cmd: toList(text) };
    case 'ENTRYPOINT':
      return { Entrypoint: toList(text) };
    case 'EXPOSE':
      return { ExposedPorts: { ...ExposedPorts, ...toPorts(words()) } };
    case 'FROM':
      return {};
    case 'LABEL':
      return { Labels: { ...Labels, ...toPairs(words()) } };
    case 'USER':
      return { User: words().join(' ') };
    case 'WORKDIR':
      return { WorkingDir: posix.resolve(WorkingDir, words().join(' ')) };
  }
}

function toArgument({ text }: Instruction, given: Variables, global: Variables): Variables {
  const [, name = '', fallback] = /^(\w+)(?:=(.*))?$/.exec(text) ?? [];
  if (name === '') throw new Error(`ARG ${text} is not understood.`);
  const value = given[name] ?? (fallback === undefined ? global[name] : readWords(fallback, global).join(' '));
  return value === undefined ? {} : { [name]: value };
}

function toPairs(words: readonly string[]): Variables {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new Error(`${word}: NAME=VALUE is expected.`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

function toPorts(words: readonly string[]): Record<string, object> {
  return Object.fromEntries(
    words.map((word) => {
      if (!/^\d+(\/(tcp|udp))?$/.test(word)) throw new Error(`EXPOSE ${word}: a port is expected.`);
      return [word.includes('/') ? word : `${word}/tcp`, {}];
    }),
  );
}

function toList(text: string): readonly string[] {
  const list: unknown = text.startsWith('[') ? JSON.parse(text) : undefined;
  if (Array.isArray(list) && list.length > 0 && list.every((word) => typeof word === 'string')) return list;
  throw new Error(`${text}: a list such as ["program", "argument"] is expected.`);
}

function toCopy(line: number, words: readonly string[], stage: Draft, stages: readonly Draft[]): BuildStep {
  const flags = words.filter((word) => word.startsWith('--'));
  const paths = words.filter((word) => !word.startsWith('--'));
  const source = flags.length === 1 ? /^--from=(.+)$/.exec(flags[0] ?? '')?.[1] : undefined;
  if (flags.length > 0 && source === undefined) throw new Error(`COPY ${flags.join(' ')}: only --from is known to it.`);
  const from = source === undefined ? -1 : stages.findIndex(({ name }) => name === source);
  if (source !== undefined && (from < 0 || from === stages.length - 1))
    throw new Error(`COPY --from=${source}: no stage above has this name.`);
  const [sources, target] = [paths.slice(0, -1), paths.at(-1)];
  if (target === undefined || sources.length === 0) throw new Error('COPY needs a source and a target.');
  if (sources.length > 1 && !target.endsWith('/'))
    throw new Error('COPY of several sources needs a target that ends with a slash.');
  const odd = sources.find((path) => /[*?[]/.test(path) || path.split('/').includes('..'));
  if (odd !== undefined) throw new Error(`COPY ${odd}: neither patterns nor .. are known to it.`);
  const whole = posix.resolve(stage.config.WorkingDir, target);
  const to = target.endsWith('/') && whole !== '/' ? `${whole}/` : whole;
  return { kind: 'copy', line, sources, target: to, ...(from < 0 ? {} : { from }) };
}
