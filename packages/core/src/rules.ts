import { azureRules } from './azure-rules.ts';
import { isCronProblem, isTimeZone, parseCron } from './cron.ts';
import { inLanguage, UserError } from './errors.ts';
import type { Translate } from './messages/index.ts';
import { checkModelName, MODEL_NAME_LENGTH, proposeModelName } from './names.ts';
import { convertSchedule } from './schedule.ts';
import { each, freeText, type Rule } from './text-rules.ts';

const modelName: Rule = (value, translate) => {
  if (typeof value !== 'string' || checkModelName(value)) return undefined;
  return translate('rule.modelName', { ...MODEL_NAME_LENGTH, proposal: proposeModelName(value) });
};

const metricName: Rule = (value, translate) =>
  typeof value === 'string' && !/^[a-z][a-z0-9_]{0,49}$/.test(value) ? translate('rule.metric') : undefined;

const select: Rule = (value, translate) => {
  const version = typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
  return value === 'best' || value === 'latest' || version ? undefined : translate('rule.select');
};

const workers: Rule = (value, translate) => {
  const whole = (count: unknown, least: number) =>
    typeof count === 'number' && Number.isInteger(count) && count >= least && count <= 1000;
  if (whole(value, 0)) return undefined;
  if (typeof value !== 'object' || value === null || !('min' in value) || !('max' in value)) {
    return translate('rule.workers');
  }
  const ranged = whole(value.min, 1) && whole(value.max, 1) && Number(value.min) <= Number(value.max);
  return ranged ? undefined : translate('rule.workers');
};

const cron: Rule = (value, translate) => {
  if (typeof value !== 'string') return undefined;
  const parsed = parseCron(value);
  if (!isCronProblem(parsed)) return undefined;
  switch (parsed.kind) {
    case 'fields':
      return translate('rule.cron.fields', { count: parsed.count });
    case 'field':
      return translate('rule.cron.field', { field: translate(`cron.${parsed.field}`), ...pick(parsed) });
    case 'never':
      return translate('rule.cron.never');
  }
};

function pick({ text, range }: { readonly text: string; readonly range: string }) {
  return { text, range };
}

const timeZone: Rule = (value, translate) =>
  typeof value === 'string' && !isTimeZone(value) ? translate('rule.timeZone', { value }) : undefined;

/** What Azure Pipelines cannot be told, because it counts in UTC. Fields that cannot be read are the business of their own rules. */
const schedule: Rule = (value, translate) => {
  const text = fieldOf(value, 'cron');
  const zone = fieldOf(value, 'timeZone') ?? 'UTC';
  if (typeof text !== 'string' || typeof zone !== 'string' || isCronProblem(parseCron(text)) || !isTimeZone(zone)) {
    return undefined;
  }
  try {
    convertSchedule({ cron: text, timeZone: zone });
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [error.text, error.hint ?? '']
      .map((part) => inLanguage(part, translate.lang))
      .join(' ')
      .trim();
  }
};

const languages: Rule = (value, translate) =>
  Array.isArray(value) && new Set(value).size !== value.length ? translate('rule.list.twice') : undefined;

/** Path in the manifest (`*` for any item of a list) → what the value must look like. Applied to every source of answers alike. */
export const rules: Readonly<Record<string, Rule>> = {
  ...azureRules,
  'model.name': modelName,
  'model.title.en': freeText(100),
  'model.title.fr': freeText(100),
  'model.description.en': freeText(1000),
  'model.description.fr': freeText(1000),
  'model.owner': freeText(200),
  'model.metric.name': metricName,
  'model.select': select,
  'databricks.compute.workers': workers,
  'devops.approvers': each(freeText(200)),
  'retraining.schedules.*': schedule,
  'retraining.schedules.*.cron': cron,
  'retraining.schedules.*.timeZone': timeZone,
  languages,
  keep: each(freeText(500)),
};

/** A rule about two fields at once: where it is shown, and what is wrong. */
export interface CrossProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What no single field can tell. Takes anything: fields of the wrong type are reported elsewhere. */
export function findCrossProblems(value: unknown, translate: Translate): readonly CrossProblem[] {
  const problems: CrossProblem[] = [];
  const at = (...path: string[]) => path.reduce<unknown>((node, key) => fieldOf(node, key), value);
  const region = at('azure', 'region');
  const classification = at('model', 'classification') ?? 'protected-b';
  if (typeof region === 'string' && classification === 'protected-b' && at('azure', 'allowOutsideCanada') !== true) {
    if (!CANADA.test(region)) {
      problems.push({ path: ['azure', 'region'], message: translate('rule.outsideCanada', { region }) });
    }
  }
  const serverless = at('databricks', 'compute', 'serverless') === true;
  if (serverless && at('databricks', 'compute', 'gpu') === true) {
    problems.push({ path: ['databricks', 'compute', 'gpu'], message: translate('rule.serverlessGpu') });
  }
  return problems;
}

/** `canadacentral`, `canadaeast`. Empty is not a region yet. */
const CANADA = /^(canada[a-z]+)?$/;

function fieldOf(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, key)
    ? (node as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
