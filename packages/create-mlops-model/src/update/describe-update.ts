import type { FileResult, Translate } from '@create-mlops-model/core';
import type { UpdatePlan } from './plan-update.ts';

/** How many files a pull request's text names of each sort; its limit is 4000 characters. */
const SHOWN = 12;

/** Sorts of files in the order that people need them. */
const ORDER = ['conflict', 'merge', 'take', 'add', 'delete', 'stay-deleted', 'keep'] as const;

type Told = (typeof ORDER)[number];

/** What an update does, as lines for people. */
export function describeUpdate(plan: UpdatePlan, translate: Translate): readonly string[] {
  const told = listTold(plan);
  const { from, to } = plan;
  if (!plan.merge.isChanged && told.every(({ action }) => action === 'keep')) {
    return [translate('update.nothing', { version: to })];
  }
  const head = from === to ? translate('update.head.same', { version: to }) : translate('update.head', { from, to });
  const lines = told.map(
    (result) => `  ${translate(`update.action.${result.action}`)}  ${describeFile(result, translate)}`,
  );
  return [head, ...lines, '', describeCounts(plan, translate)];
}

/** The text of the pull request: what becomes of each file, and why. Markdown. */
export function describeForReview(plan: UpdatePlan, translate: Translate): string {
  const { from, to } = plan;
  const told = listTold(plan);
  const sections = ORDER.flatMap((action) => {
    const files = told.filter((result) => result.action === action);
    if (files.length === 0) return [];
    const lines = files.slice(0, SHOWN).map((result) => `- ${describeFile(result, translate, '`')}`);
    const more = files.length - lines.length;
    return [
      `### ${translate(`update.section.${action}`)}`,
      ...lines,
      ...(more > 0 ? [`- ${translate('update.more', { count: more })}`] : []),
      '',
    ];
  });
  const head = from === to ? translate('update.head.same', { version: to }) : translate('update.head', { from, to });
  return [head, '', ...sections, translate('update.after')].join('\n').slice(0, 4000);
}

/** Files that need a person. */
export function conflictsOf({ merge }: UpdatePlan): readonly FileResult[] {
  return merge.results.filter(({ action }) => action === 'conflict');
}

/** The plan for programs. */
export function toUpdateDocument(plan: UpdatePlan) {
  const files = plan.merge.results.filter(({ action }) => action !== 'same' && action !== 'yours');
  return { from: plan.from, to: plan.to, conflicts: conflictsOf(plan).length, files };
}

function describeCounts(plan: UpdatePlan, translate: Translate): string {
  const count = (...actions: readonly FileResult['action'][]) =>
    plan.merge.results.filter(({ action }) => actions.includes(action)).length;
  return translate('update.counts', {
    taken: count('take', 'add', 'delete'),
    merged: count('merge'),
    conflicts: count('conflict'),
    kept: count('keep', 'stay-deleted'),
    same: count('same', 'yours'),
  });
}

/** A file that stays removed is told once, when the templates have something new for it. */
function listTold({ merge }: UpdatePlan): readonly (FileResult & { readonly action: Told })[] {
  return ORDER.flatMap((action) =>
    merge.results.flatMap((result) => {
      if (result.action !== action || (action === 'stay-deleted' && result.changed === undefined)) return [];
      return [{ ...result, action }];
    }),
  );
}

function describeFile(result: FileResult, translate: Translate, quote = ''): string {
  const { path, from, reason, problem } = result;
  const name = `${quote}${path}${quote}`;
  const moved = from === undefined ? '' : ` (${translate('update.movedFrom', { path: `${quote}${from}${quote}` })})`;
  const file = `${name}${moved}`;
  if (reason === undefined) return file;
  const why = translate(`update.reason.${reason}`);
  return translate('update.why', { file, why: problem === undefined ? why : `${why} ${problem}` });
}
