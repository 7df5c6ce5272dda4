import { PipelineProblem } from '../problem.ts';
import { printPrimitive, toData } from '../tree.ts';
import { type Bound, expand, listEntries } from './expand.ts';
import { type Fields, readFields, toSettings } from './fields.ts';
import type { Compiler } from './load-template.ts';
import type { Deployment, Hook } from './pipeline.ts';
import { compileSteps } from './steps.ts';

const STRATEGIES = ['runOnce', 'rolling', 'canary'] as const;
const HOOKS = ['preDeploy', 'deploy', 'routeTraffic', 'postRouteTraffic'] as const;
const OWN = { runOnce: [], rolling: ['maxParallel'], canary: ['increments'] } as const;

/** Reads a deployment's `strategy`. @throws PipelineProblem */
export async function compileDeployment(compiler: Compiler, part: Bound): Promise<Deployment> {
  const [only, ...others] = listEntries(part);
  const strategy = STRATEGIES.find((name) => name === (only && printPrimitive(only.key.value)));
  if (!only || !strategy || others.length > 0) {
    throw new PipelineProblem(
      (others[0] ?? only)?.key.at ?? part.node.at,
      `One of these was expected: ${STRATEGIES.join(', ')}`,
    );
  }
  const fields = readFields(only, [...OWN[strategy], ...HOOKS, 'on']);
  const on = fields.get('on');
  return {
    strategy,
    settings: toSettings(fields, OWN[strategy]),
    hooks: [
      ...(await compileHooks(compiler, fields, HOOKS)),
      ...(on ? await compileHooks(compiler, readFields(on, ['failure', 'success']), ['failure', 'success']) : []),
    ],
  };
}

async function compileHooks(
  compiler: Compiler,
  fields: Fields,
  names: readonly Hook['name'][],
): Promise<readonly Hook[]> {
  const hooks: Hook[] = [];
  for (const name of names) {
    const field = fields.get(name);
    if (!field) continue;
    const own = readFields(field, ['steps', 'pool']);
    const steps = own.get('steps');
    const pool = own.get('pool');
    hooks.push({
      name,
      ...(pool ? { pool: toData(expand(pool)) } : {}),
      steps: steps ? await compileSteps(compiler, steps) : [],
    });
  }
  return hooks;
}
