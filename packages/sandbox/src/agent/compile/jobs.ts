import { PipelineProblem } from '../problem.ts';
import { findValue, printPrimitive } from '../tree.ts';
import { compileDeployment } from './deployment.ts';
import { asMapping, type Bound, listBound, listEntries } from './expand.ts';
import { checkName, type Fields, findNames, findText, readFields, toCondition, toSettings } from './fields.ts';
import { checkGraph, type Placed } from './graph.ts';
import { type Compiler, loadTemplate } from './load-template.ts';
import type { Job } from './pipeline.ts';
import { type Scope, withContext } from './scope.ts';
import { compileSteps } from './steps.ts';
import { compileVariables } from './variables.ts';

const SETTINGS = [
  'displayName',
  'continueOnError',
  'timeoutInMinutes',
  'cancelTimeoutInMinutes',
  'pool',
  'container',
  'services',
  'workspace',
  'uses',
  'templateContext',
];
const OWN = {
  job: ['strategy'],
  deployment: ['environment'],
} as const;

/** Reads the jobs of a stage, and looks whether their order can be kept. @throws PipelineProblem */
export async function compileJobs(compiler: Compiler, part: Bound): Promise<readonly Job[]> {
  const placed = await listJobs(compiler, part, 0);
  const jobs = placed.map(({ part: job }, index) =>
    job.name === '' ? { ...job, name: toDefaultName(placed, index) } : job,
  );
  checkGraph(
    'job',
    'stage',
    placed.map(({ at }, index) => ({ part: jobs[index]!, at })),
    part.node.at,
  );
  return jobs;
}

/** A job without a name is `Job`, the next one `Job2`. */
function toDefaultName(jobs: readonly Placed<Job>[], index: number): string {
  const before = jobs.slice(0, index).filter(({ part }) => part.name === '').length;
  return before === 0 ? 'Job' : `Job${before + 1}`;
}

async function listJobs(compiler: Compiler, part: Bound, depth: number): Promise<readonly Placed<Job>[]> {
  const jobs: Placed<Job>[] = [];
  for (const item of listBound(part)) {
    const [first] = listEntries(asMapping(item));
    const kind = first ? printPrimitive(first.key.value) : '';
    if (kind === 'template') {
      const template = await loadTemplate(compiler, item, ['jobs'], depth);
      const inner = findValue(template.node, 'jobs');
      if (!inner) throw new PipelineProblem(template.node.at, "'jobs' was expected");
      jobs.push(...(await listJobs(compiler, { node: inner, scope: template.scope }, depth + 1)));
    } else if (kind === 'job' || kind === 'deployment')
      jobs.push({ part: await compileJob(compiler, item, kind), at: item.node.at });
    else
      throw new PipelineProblem(
        first?.key.at ?? item.node.at,
        `Unexpected value '${kind}'. A job begins with one of: job, deployment, template`,
      );
  }
  return jobs;
}

async function compileJob(compiler: Compiler, item: Bound, kind: 'job' | 'deployment'): Promise<Job> {
  const own = kind === 'job' ? ['strategy', 'steps'] : ['strategy', 'environment'];
  const fields = readFields(item, [kind, 'dependsOn', 'condition', 'variables', ...SETTINGS, ...own]);
  const name = findText(fields, kind) ?? '';
  checkName('Job', name, fields.get(kind)!);
  const { variables, scope } = await compileVariables(compiler, fields.get('variables'), item.scope);
  const inner = withVariables(fields, scope);
  const steps = inner.get('steps');
  const strategy = inner.get('strategy');
  if (kind === 'deployment' && !strategy)
    throw new PipelineProblem(item.node.at, "'strategy' was expected in a deployment");
  return {
    kind,
    name,
    dependsOn: findNames(fields, 'dependsOn') ?? [],
    ...toCondition(fields, 'job'),
    variables,
    settings: toSettings(inner, [...SETTINGS, ...OWN[kind]]),
    steps: steps ? await compileSteps(compiler, steps) : [],
    ...(kind === 'deployment' && strategy ? { deployment: await compileDeployment(compiler, strategy) } : {}),
    at: item.node.at,
  };
}

/** The fields of a part, which know the variables of the part. */
function withVariables(fields: Fields, scope: Scope): Fields {
  return new Map([...fields].map(([name, field]) => [name, { ...field, scope: coverVariables(field.scope, scope) }]));
}

function coverVariables(scope: Scope, from: Scope): Scope {
  return withContext(scope, 'variables', from.get('variables') ?? null);
}
