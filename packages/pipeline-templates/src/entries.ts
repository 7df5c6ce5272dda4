import { convertSchedule, type Manifest, type Names, printYaml, type YamlValue } from '@create-mlops-model/core';
import { toPool } from './pool.ts';
import { printPipelineVariables } from './variables.ts';

/** Paths of the four pipelines in a model's repository. */
export const ENTRY_PATHS = {
  ci: 'pipelines/ci-train/ci.yml',
  checks: 'pipelines/ci-train/checks.yml',
  retrain: 'pipelines/ci-train/retrain.yml',
  deploy: 'pipelines/deploy/deploy.yml',
} as const;

/** One of the four pipelines. */
export type PipelineKey = keyof typeof ENTRY_PATHS;

/**
 * The entries: what Azure wants literal in a pipeline's main file and takes no variables for.
 * Everything else is in the body that the entry extends.
 */
export function printEntries(manifest: Manifest, names: Names): ReadonlyMap<string, string> {
  return new Map([
    [ENTRY_PATHS.ci, printEntry('Tests the notebooks of a pull request on Databricks.', toCi(manifest, names))],
    [ENTRY_PATHS.checks, printEntry('Tests, format and hygiene of a pull request; no cloud.', toChecks(manifest))],
    [
      ENTRY_PATHS.retrain,
      printEntry('Trains the model on its schedule; a success starts deploy.', toRetrain(manifest, names)),
    ],
    [ENTRY_PATHS.deploy, printEntry('Tests, builds and deploys main and each new model.', toDeploy(manifest, names))],
    ['pipelines/variables.yml', printPipelineVariables(manifest, names)],
  ]);
}

/** Azure reads every scalar as text; Microsoft's schema knows no other kind, and editors underline the rest. */
const TRUE = 'true';

const VARIABLES = { template: '../variables.yml' };

/** Pull requests start it through the branch policy: Azure Repos ignores `pr`, which is written to say so. */
const NOT_BY_PUSH = { trigger: 'none', pr: 'none' };

function toCi(manifest: Manifest, names: Names) {
  return {
    ...NOT_BY_PUSH,
    // Pull requests wait for the one integration folder; without this Azure cancels the waiting ones.
    lockBehavior: 'sequential',
    pool: toPool(manifest),
    variables: [VARIABLES, { group: names.variableGroups.ci }],
    extends: { template: 'templates/ci.yml' },
  };
}

function toChecks(manifest: Manifest) {
  return {
    ...NOT_BY_PUSH,
    pool: toPool(manifest),
    variables: [VARIABLES],
    extends: { template: 'templates/checks.yml' },
  };
}

function toRetrain(manifest: Manifest, names: Names) {
  const schedules = manifest.retraining.schedules.flatMap((schedule) =>
    convertSchedule(schedule).crons.map((cron) => ({
      cron,
      displayName: `${schedule.cron} (${schedule.timeZone})`,
      branches: { include: ['main'] },
      always: TRUE,
    })),
  );
  return {
    ...NOT_BY_PUSH,
    ...(schedules.length > 0 ? { schedules } : {}),
    // A run that outlived its pipeline is followed again by its number; a number cannot carry text into a shell.
    parameters: [
      { name: 'resumeRun', displayName: 'Run to resume (0: start a new one)', type: 'number', default: '0' },
    ],
    pool: toPool(manifest),
    variables: [VARIABLES, { group: names.variableGroups.deploy }],
    extends: { template: 'templates/retrain.yml', parameters: { resumeRun: '${{ parameters.resumeRun }}' } },
  };
}

function toDeploy(manifest: Manifest, names: Names) {
  const onMain = { branches: { include: ['main'] } };
  return {
    trigger: { batch: TRUE, ...onMain },
    pr: 'none',
    resources: { pipelines: [{ pipeline: 'retrain', source: names.pipelines.retrain, trigger: onMain }] },
    pool: toPool(manifest),
    variables: [VARIABLES, { group: names.variableGroups.deploy }],
    extends: { template: 'templates/deploy.yml' },
  };
}

/** One line for each item of a list: an entry is read at a glance, however many schedules it has. */
function printEntry(purpose: string, entry: { readonly [key: string]: YamlValue }): string {
  const text = printYaml(entry, {
    isOneLine: (value, path) => path.includes('*') || (!Array.isArray(value) && path.length > 1),
    isQuoted: (path) => path.at(-1) === 'cron' || path.at(-1) === 'displayName',
  });
  return `# ${purpose} Made from mlops.yaml; what it does is in templates/.\n${text}`;
}
