import { PipelineProblem } from '../problem.ts';
import { type Data, findValue, type Mapping, printPrimitive, type Tree, toData } from '../tree.ts';
import { checkKeys } from './keys.ts';
import { refuseExpressions } from './parameters.ts';

/** Keys of the entry that say what starts a pipeline and what it uses. */
export const HEAD = ['appendCommitMessageToRunName', 'trigger', 'pr', 'schedules', 'resources', 'parameters'] as const;

const CHECKS: Readonly<Record<string, (tree: Tree) => void>> = {
  trigger: (tree) => checkFilter(tree, ['batch', 'branches', 'paths', 'tags']),
  pr: (tree) => checkFilter(tree, ['autoCancel', 'branches', 'paths', 'drafts']),
  schedules: checkSchedules,
  resources: checkResources,
};

/** Reads what must be known before anything is computed. @throws PipelineProblem */
export function readHead(entry: Mapping): Readonly<Record<string, Data>> {
  const found = HEAD.flatMap((name) => {
    const tree = findValue(entry, name);
    if (!tree) return [];
    CHECKS[name]?.(tree);
    return [[name, toData(tree)] as const];
  });
  return Object.fromEntries(found);
}

/** `none`, a list of branches, or filters. */
function checkFilter(tree: Tree, keys: readonly string[]): void {
  refuseExpressions(tree);
  if (tree.kind === 'scalar' && !/^(none|)$/i.test(printPrimitive(tree.value))) {
    throw new PipelineProblem(
      tree.at,
      `Unexpected value '${printPrimitive(tree.value)}'. Expected 'none', a list of branches or a mapping`,
    );
  }
  if (tree.kind !== 'mapping') return;
  checkKeys(tree, keys);
  for (const { key, value } of tree.entries)
    if (/^(branches|paths|tags)$/.test(String(key.value))) checkIncludes(value);
}

function checkIncludes(tree: Tree): void {
  if (tree.kind === 'mapping') checkKeys(tree, ['include', 'exclude']);
}

function checkSchedules(tree: Tree): void {
  refuseExpressions(tree);
  if (tree.kind !== 'sequence') throw new PipelineProblem(tree.at, 'A sequence was expected');
  for (const item of tree.items) {
    if (item.kind !== 'mapping') throw new PipelineProblem(item.at, 'A mapping was expected');
    checkKeys(item, ['cron', 'displayName', 'branches', 'batch', 'always']);
    const cron = findValue(item, 'cron');
    const fields = cron?.kind === 'scalar' ? printPrimitive(cron.value).trim().split(/\s+/) : [];
    if (fields.length !== 5) {
      throw new PipelineProblem(
        cron?.at ?? item.at,
        "A 'cron' of five fields was expected: minutes, hours, days, months, days of the week",
      );
    }
    const branches = findValue(item, 'branches');
    if (branches) checkIncludes(branches);
  }
}

/** Only containers may be computed. */
function checkResources(tree: Tree): void {
  if (tree.kind !== 'mapping') throw new PipelineProblem(tree.at, 'A mapping was expected');
  checkKeys(tree, ['builds', 'containers', 'pipelines', 'repositories', 'webhooks', 'packages']);
  for (const { key, value } of tree.entries) {
    if (value.kind !== 'sequence') throw new PipelineProblem(value.at, 'A sequence was expected');
    if (key.value !== 'containers') refuseExpressions(value);
  }
  const pipelines = findValue(tree, 'pipelines');
  for (const item of pipelines?.kind === 'sequence' ? pipelines.items : []) {
    if (item.kind !== 'mapping') throw new PipelineProblem(item.at, 'A mapping was expected');
    checkKeys(item, ['pipeline', 'project', 'source', 'version', 'branch', 'tags', 'trigger']);
  }
}
