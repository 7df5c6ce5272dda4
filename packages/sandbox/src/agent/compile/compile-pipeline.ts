import { toTree } from '../expression/convert.ts';
import { PipelineProblem, type Position } from '../problem.ts';
import { type Data, findValue, type Mapping, printPrimitive, type Tree, toData, toMapping } from '../tree.ts';
import { type Bound, expand } from './expand.ts';
import { HEAD, readHead } from './head.ts';
import { compileJobs } from './jobs.ts';
import { checkKeys } from './keys.ts';
import { type Compiler, loadTemplate, type ReadFile } from './load-template.ts';
import { bindParameters } from './parameters.ts';
import { parseTree } from './parse-tree.ts';
import type { Pipeline, Stage, Variable } from './pipeline.ts';
import type { Scope } from './scope.ts';
import { compileStages } from './stages.ts';
import { compileVariables } from './variables.ts';

/** What a pipeline is made of before it runs. */
export interface Source {
  /** Path of the entry in the repository, with a leading slash. */
  readonly path: string;
  /** Text of the entry. */
  readonly text: string;
  readonly readFile: ReadFile;
  /** How a missing file is reported. */
  readonly describeMissing: (path: string) => string;
  /** Values of the entry's parameters. */
  readonly parameters: Readonly<Record<string, Data>>;
  /** Variables that are known before the run: `Build.SourceBranch`. */
  readonly variables: Readonly<Record<string, string>>;
  /** Tasks that can be run: `Bash@3`. */
  readonly tasks: ReadonlySet<string>;
}

const BODIES = ['stages', 'jobs', 'steps', 'extends'] as const;
/** What a pipeline of steps alone says of its one job. */
const JOB_KEYS = ['strategy', 'continueOnError', 'container', 'services', 'workspace'] as const;

/** Reads a pipeline with all its templates. @throws PipelineProblem with file, line, column and what was expected */
export async function compilePipeline(source: Source): Promise<Pipeline> {
  const entry = parseTree(source.path, source.text);
  checkKeys(entry, ['name', ...HEAD, 'variables', 'pool', 'lockBehavior', ...BODIES, ...JOB_KEYS]);
  const head = readHead(entry);
  const compiler: Compiler = { ...source, included: { count: 0 } };
  const start = { path: source.path, line: 1, column: 1 };
  const parameters = bindParameters(
    findValue(entry, 'parameters'),
    toGivenMapping(source.parameters, start).entries,
    start,
  );
  const scope: Scope = new Map([
    ['parameters', parameters],
    ['variables', toGivenMapping(source.variables, start)],
  ]);
  const own = await compileVariables(compiler, findBound(entry, 'variables', scope), scope);
  const pool = findBound(entry, 'pool', own.scope);
  const body = await compileBody(compiler, { node: entry, scope: own.scope }, 0);
  return {
    ...toText('name', findBound(entry, 'name', own.scope)),
    head,
    variables: [...own.variables, ...body.variables],
    ...(pool ? { pool: toData(expand(pool)) } : {}),
    ...toText('lockBehavior', findBound(entry, 'lockBehavior', own.scope)),
    stages: body.stages,
  };
}

interface Body {
  readonly variables: readonly Variable[];
  readonly stages: readonly Stage[];
}

/** The stages of an entry or of the template that it extends; jobs and steps alone get the stage and job that nobody wrote. */
async function compileBody(compiler: Compiler, { node, scope }: Bound<Mapping>, depth: number): Promise<Body> {
  const [kind, ...others] = BODIES.filter((name) => findValue(node, name) !== undefined);
  const content = kind && findBound(node, kind, scope);
  if (!content) throw new PipelineProblem(node.at, `One of these was expected: ${BODIES.join(', ')}`);
  const extra = [...others, ...(kind === 'steps' ? [] : JOB_KEYS)].find((name) => findValue(node, name) !== undefined);
  if (extra)
    throw new PipelineProblem(findBound(node, extra, scope)!.node.at, `Unexpected value '${extra}' next to '${kind}'`);
  switch (kind) {
    case 'stages':
      return { variables: [], stages: await compileStages(compiler, content) };
    case 'jobs':
      return { variables: [], stages: toDefaultStage(await compileJobs(compiler, content), node.at) };
    case 'steps': {
      const job = toMapping([['job', toTree('', node.at)], ...listJobEntries(node)], node.at);
      const jobs = { kind: 'sequence', items: [job], at: node.at } as const;
      return { variables: [], stages: toDefaultStage(await compileJobs(compiler, { node: jobs, scope }), node.at) };
    }
    case 'extends':
      return compileExtended(compiler, content, depth);
  }
}

async function compileExtended(compiler: Compiler, use: Bound, depth: number): Promise<Body> {
  const holds = [...BODIES, ...JOB_KEYS, 'variables', 'pool', 'trigger', 'resources'];
  const template = await loadTemplate(compiler, use, holds, depth);
  const part = findBound(template.node, 'variables', template.scope);
  const { variables, scope } = await compileVariables(compiler, part, template.scope);
  const body = await compileBody(compiler, { node: template.node, scope }, depth + 1);
  return { variables: [...variables, ...body.variables], stages: body.stages };
}

function listJobEntries(node: Mapping): readonly (readonly [string, Tree])[] {
  return ['steps', ...JOB_KEYS].flatMap((name) => {
    const value = findValue(node, name);
    return value ? [[name, value] as const] : [];
  });
}

function toDefaultStage(jobs: Stage['jobs'], at: Position): readonly Stage[] {
  return [{ name: '__default', dependsOn: [], variables: [], settings: {}, jobs, at }];
}

function findBound(node: Mapping, name: string, scope: Scope): Bound | undefined {
  const value = findValue(node, name);
  return value && { node: value, scope };
}

function toText<Name extends string>(name: Name, part: Bound | undefined): { readonly [Key in Name]?: string } {
  if (!part) return {};
  const value = expand(part);
  if (value.kind === 'scalar') return { [name]: printPrimitive(value.value) } as { readonly [Key in Name]?: string };
  throw new PipelineProblem(value.at, `A scalar was expected as '${name}'`);
}

/** Plain data as a tree that stands in no file; nothing in it is an expression. */
function toGivenTree(data: Data, at: Position): Tree {
  if (typeof data === 'string') return toTree(data, at);
  if (Array.isArray(data)) return { kind: 'sequence', items: data.map((item) => toGivenTree(item, at)), at };
  return toGivenMapping(data as Readonly<Record<string, Data>>, at);
}

function toGivenMapping(values: Readonly<Record<string, Data>>, at: Position): Mapping {
  return toMapping(
    Object.entries(values).map(([name, value]) => [name, toGivenTree(value, at)] as const),
    at,
  );
}
