import { PipelineProblem } from '../problem.ts';
import { findValue, printPrimitive } from '../tree.ts';
import { asMapping, type Bound, listBound, listEntries } from './expand.ts';
import { checkName, findNames, findText, readFields, toCondition, toSettings } from './fields.ts';
import { checkGraph, type Placed } from './graph.ts';
import { compileJobs } from './jobs.ts';
import { type Compiler, loadTemplate } from './load-template.ts';
import type { Stage } from './pipeline.ts';
import { withContext } from './scope.ts';
import { compileVariables } from './variables.ts';

const SETTINGS = ['displayName', 'group', 'pool', 'lockBehavior', 'trigger', 'isSkippable', 'templateContext'];

/** A stage of which nothing is said about what it waits for. */
type Draft = Omit<Stage, 'dependsOn'> & { readonly dependsOn: readonly string[] | undefined };

/** Reads the stages, and looks whether their order can be kept. @throws PipelineProblem */
export async function compileStages(compiler: Compiler, part: Bound): Promise<readonly Stage[]> {
  const drafts = await listStages(compiler, part, 0);
  const placed = drafts.map(({ part: draft, at }, index): Placed<Stage> => {
    const above = drafts[index - 1]?.part.name;
    return { part: { ...draft, dependsOn: draft.dependsOn ?? (above === undefined ? [] : [above]) }, at };
  });
  checkGraph('stage', 'pipeline', placed, part.node.at);
  return placed.map((each) => each.part);
}

async function listStages(compiler: Compiler, part: Bound, depth: number): Promise<readonly Placed<Draft>[]> {
  const stages: Placed<Draft>[] = [];
  for (const item of listBound(part)) {
    const [first] = listEntries(asMapping(item));
    const kind = first ? printPrimitive(first.key.value) : '';
    if (kind === 'template') {
      const template = await loadTemplate(compiler, item, ['stages'], depth);
      const inner = findValue(template.node, 'stages');
      if (!inner) throw new PipelineProblem(template.node.at, "'stages' was expected");
      stages.push(...(await listStages(compiler, { node: inner, scope: template.scope }, depth + 1)));
    } else if (kind === 'stage') stages.push({ part: await compileStage(compiler, item), at: item.node.at });
    else
      throw new PipelineProblem(
        first?.key.at ?? item.node.at,
        `Unexpected value '${kind}'. A stage begins with one of: stage, template`,
      );
  }
  return stages;
}

async function compileStage(compiler: Compiler, item: Bound): Promise<Draft> {
  const fields = readFields(item, ['stage', 'dependsOn', 'condition', 'variables', 'jobs', ...SETTINGS]);
  const name = findText(fields, 'stage') ?? '';
  if (name === '') throw new PipelineProblem(fields.get('stage')!.node.at, 'A name was expected for the stage');
  checkName('Stage', name, fields.get('stage')!);
  const { variables, scope } = await compileVariables(compiler, fields.get('variables'), item.scope);
  const jobs = fields.get('jobs');
  const known = scope.get('variables') ?? null;
  return {
    name,
    dependsOn: findNames(fields, 'dependsOn'),
    ...toCondition(fields, 'stage'),
    variables,
    settings: toSettings(fields, SETTINGS),
    jobs: jobs
      ? await compileJobs(compiler, { node: jobs.node, scope: withContext(jobs.scope, 'variables', known) })
      : [],
    at: item.node.at,
  };
}
