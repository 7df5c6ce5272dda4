import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePipeline } from '../compile/compile-pipeline.ts';
import type { Step } from '../compile/pipeline.ts';
import { TASKS } from '../tasks.ts';
import type { JobEnd, JobHost, JobVariable, JobWork, StepEnd, TestCase } from './job-work.ts';
import { runJob } from './run-job.ts';

/** What a host was told of one step. */
export interface SeenStep {
  readonly index: number;
  readonly title: string;
  readonly lines: string[];
  end?: StepEnd;
}

/** What a host was told. */
export interface Seen {
  readonly steps: SeenStep[];
  /** `setBuildNumber 7`, in order. */
  readonly calls: string[];
  readonly tests: { readonly title: string; readonly cases: readonly TestCase[] }[];
  /** Process groups that are not forgotten yet. */
  readonly groups: Set<number>;
}

/** A job and what came of it. */
export interface Trial {
  readonly end: JobEnd;
  readonly seen: Seen;
  /** Lines of a step by its place, without time. */
  readonly lines: (place: number) => readonly string[];
  /** Lines that the step's script printed. */
  readonly output: (place: number) => readonly string[];
}

/** What a trial differs in from an empty job on an agent of its own. */
export interface TrialOptions extends Partial<Omit<JobWork, 'steps' | 'host' | 'variables'>> {
  readonly variables?: Readonly<Record<string, string | JobVariable>>;
  readonly host?: Partial<JobHost>;
  /** Told as each line is written. */
  readonly onLine?: (line: string) => void;
}

/** A folder that goes when the test is over. */
export function makeFolder(): { readonly folder: string; [Symbol.dispose](): void } {
  const folder = mkdtempSync(join(tmpdir(), 'agent-run-'));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The steps of a pipeline that consists of one job. */
export async function compileSteps(steps: string): Promise<readonly Step[]> {
  const text = `steps:\n${steps}`;
  const pipeline = await compilePipeline({
    path: '/entry.yml',
    text,
    readFile: async () => undefined,
    describeMissing: (path) => `File ${path} not found`,
    parameters: {},
    variables: {},
    tasks: TASKS,
  });
  return pipeline.stages[0]?.jobs[0]?.steps ?? [];
}

/** Runs steps of YAML as one job. @param folder the agent's */
export async function tryJob(folder: string, yaml: string, options: TrialOptions = {}): Promise<Trial> {
  const seen: Seen = { steps: [], calls: [], tests: [], groups: new Set() };
  const { variables = {}, host = {}, onLine = () => {}, ...rest } = options;
  const end = await runJob({
    steps: await compileSteps(yaml),
    implicitCheckout: false,
    variables: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, typeof value === 'string' ? { value } : value]),
    ),
    repository: {
      folder: '/nonexistent',
      name: 'price',
      url: 'http://127.0.0.1:1/x',
      ref: 'refs/heads/main',
      commitId: '',
    },
    folders: toFolders(folder),
    programs: [],
    timeoutMinutes: 0,
    cancelTimeoutMinutes: 5,
    signal: new AbortController().signal,
    ...rest,
    host: { ...makeHost(seen, onLine), ...host },
  });
  const lines = (place: number) => (seen.steps[place]?.lines ?? []).map((line) => line.replace(/^\S+ /, ''));
  const output = (place: number) => {
    const all = lines(place);
    const start = all.findIndex((line) => line.startsWith('##[command]'));
    return all.slice(start + 1).filter((line) => !line.startsWith('##[section]'));
  };
  return { end, seen, lines, output };
}

/** Folders of an agent with one pipeline. */
export function toFolders(folder: string): JobWork['folders'] {
  return {
    build: join(folder, '_work', '1'),
    temp: join(folder, '_work', '_temp'),
    tools: join(folder, '_work', '_tool'),
  };
}

function makeHost({ steps, calls, tests, groups }: Seen, onLine: (line: string) => void): JobHost {
  return {
    startStep(index, title) {
      const step: SeenStep = { index, title, lines: [] };
      steps.push(step);
      return {
        write(line) {
          step.lines.push(line);
          onLine(line);
        },
        end: (end) => {
          step.end = end;
        },
      };
    },
    signIn: async (connection) => {
      throw new Error(`There is no service connection ${connection}.`);
    },
    publishArtifact: async (name, path) => void calls.push(`publishArtifact ${name} ${path}`),
    findArtifact: () => undefined,
    listArtifacts: () => [],
    attachFile: async (type, name, path) => void calls.push(`attachFile ${type} ${name} ${path}`),
    publishTestRun: (title, cases) => void tests.push({ title, cases }),
    setBuildNumber: (number) => void calls.push(`setBuildNumber ${number}`),
    addTag: (tag) => void calls.push(`addTag ${tag}`),
    onProcess(pid) {
      groups.add(pid);
      return () => groups.delete(pid);
    },
  };
}
