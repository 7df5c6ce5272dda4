import type { Outcome, StepResult } from './apply.ts';
import { type ExitCode, exitCodeOf, inLanguage, UserError } from './errors.ts';
import { isMessageKey, type Translate } from './messages/index.ts';
import { blockedOf, changesOf, type Plan, type Step } from './plan.ts';
import type { Address, Change, Right } from './resource.ts';

/** How many steps of each sort a plan has. */
export interface PlanCounts {
  readonly create: number;
  readonly change: number;
  readonly unchanged: number;
  readonly blocked: number;
}

/** Counts the steps of a plan. */
export function countSteps(plan: Plan): PlanCounts {
  const count = (action: Step['action']) => plan.filter((step) => step.action === action).length;
  return { create: count('create'), change: count('update'), unchanged: count('none'), blocked: count('blocked') };
}

/** The plan as lines for people: what would be written, what is blocked and why, then one line of counts. */
export function describePlan(plan: Plan, translate: Translate): string[] {
  const files = plan.filter((step) => step.action === 'create' && isFile(step.address));
  const others = plan.filter((step) => step.action !== 'none' && !files.includes(step));
  const lines = others.flatMap((step) => describeStep(step, translate));
  if (files.length > 0)
    lines.unshift(`  + ${translate('plan.create')}  ${translate('plan.files', { count: files.length })}`);
  if (changesOf(plan).length === 0 && blockedOf(plan).length === 0) return [translate('plan.nothing')];
  return [...lines, '', describeCounts(plan, translate)];
}

function isFile(address: Address): boolean {
  return address.startsWith('file:');
}

function describeStep(step: Step, translate: Translate): string[] {
  switch (step.action) {
    case 'none':
      return [];
    case 'create':
      return [`  + ${translate('plan.create')}  ${step.address}`];
    case 'update':
      return [
        `  ~ ${translate(step.takeOver ? 'plan.takeOver' : 'plan.change')}  ${step.address}`,
        ...step.changes.map((change) => `      ${describeChange(change)}`),
      ];
    case 'blocked':
      return [
        `  ! ${translate('plan.blocked')}  ${step.address}`,
        ...step.changes.map((change) => `      ${describeChange(change)}`),
        `      ${step.step === undefined ? translate('plan.notOurs') : inLanguage(step.step, translate.lang)}`,
      ];
  }
}

/** `field: from → to`, each value as short JSON. */
function describeChange(change: Change): string {
  return `${change.field}: ${toShort(change.from)} → ${toShort(change.to)}`;
}

const LONGEST = 80;

function toShort(value: unknown): string {
  const text = value === undefined ? '–' : (JSON.stringify(value) ?? String(value));
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

function describeCounts(plan: Plan, translate: Translate): string {
  const counts = countSteps(plan);
  const summary = translate('plan.summary', {
    create: counts.create,
    change: counts.change,
    unchanged: counts.unchanged,
  });
  return counts.blocked === 0 ? summary : `${summary}, ${translate('plan.summaryBlocked', { count: counts.blocked })}`;
}

/** The plan as a document for programs; `schema` changes when a field changes its meaning. */
export interface PlanDocument {
  readonly schema: 1;
  readonly kind: 'plan';
  readonly counts: PlanCounts;
  readonly steps: Plan;
}

/** The plan as one JSON document. */
export function toPlanDocument(plan: Plan): PlanDocument {
  return { schema: 1, kind: 'plan', counts: countSteps(plan), steps: plan };
}

/** What went wrong, what was left, and the final count, as lines for people. */
export function describeOutcome(outcome: Outcome, translate: Translate): string[] {
  const count = (status: StepResult['status']) => outcome.results.filter((result) => result.status === status).length;
  const lines: string[] = [];
  for (const result of outcome.results) {
    if (result.status !== 'failed' && result.status !== 'refused') continue;
    const { error } = result;
    const text = error instanceof UserError ? inLanguage(error.text, translate.lang) : String(error);
    lines.push(`  ✗ ${text}`);
    if (error instanceof UserError && error.hint) lines.push(`      ${inLanguage(error.hint, translate.lang)}`);
  }
  lines.push(
    translate('report.summary', {
      created: count('created'),
      changed: count('updated'),
      unchanged: count('unchanged'),
    }),
  );
  const left = count('skipped') + count('failed') + count('refused') + count('blocked');
  if (left > 0) lines.push(translate('report.left', { count: left }));
  return lines;
}

/** The outcome as one JSON document. */
export function toOutcomeDocument(outcome: Outcome): {
  readonly schema: 1;
  readonly kind: 'outcome';
  readonly [field: string]: unknown;
} {
  return {
    schema: 1,
    kind: 'outcome',
    cancelled: outcome.cancelled,
    results: outcome.results.map((result) =>
      result.status === 'failed' || result.status === 'refused'
        ? {
            address: result.address,
            status: result.status,
            code: toCode(result.error),
            message: toMessage(result.error),
          }
        : result,
    ),
  };
}

function toCode(error: unknown): string {
  return error instanceof UserError ? error.code : 'bug';
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What another person has to do: each object, the right it needs and who usually holds it. */
export interface HandOver {
  readonly address: Address;
  readonly right: Right | undefined;
  readonly step: string | undefined;
}

/** The objects that only somebody with more rights can make: refused ones, those that hang on them, and missing ones. */
export function toHandOver(plan: Plan, outcome: Outcome, translate: Translate): HandOver[] {
  return plan.flatMap((step, index): HandOver[] => {
    const status = outcome.results[index]?.status;
    if (status !== 'refused' && status !== 'blocked' && status !== 'skipped') return [];
    const right = 'right' in step ? step.right : undefined;
    const told =
      step.action === 'blocked' && step.step !== undefined ? inLanguage(step.step, translate.lang) : undefined;
    return [{ address: step.address, right, step: told }];
  });
}

/** The hand-over as lines for people. */
export function describeHandOver(handOver: readonly HandOver[], translate: Translate): string[] {
  const say = (key: string) => (isMessageKey(key) ? translate(key) : key);
  return handOver.map(({ address, right, step }) => {
    if (step !== undefined) return `  • ${address}: ${step}`;
    return right === undefined ? `  • ${address}` : `  • ${address}: ${say(right.name)} (${say(right.holder)})`;
  });
}

/** The exit code of a finished apply. */
export function toExitCode(outcome: Outcome): ExitCode {
  if (outcome.cancelled) return 130;
  for (const result of outcome.results) {
    if (result.status === 'failed') return result.error instanceof UserError ? exitCodeOf(result.error.code) : 1;
  }
  return outcome.results.some((result) => result.status === 'refused' || result.status === 'blocked') ? 4 : 0;
}
