import type { AnswerName, Answers } from './answers.ts';
import { proposeModelName } from './names.ts';
import type { Choice, Question } from './question.ts';

const tasks: readonly Choice[] = [
  { value: 'classification', label: 'choice.task.classification' },
  { value: 'regression', label: 'choice.task.regression' },
];

const frameworks: readonly Choice[] = [
  { value: 'sklearn', label: 'choice.framework.sklearn' },
  { value: 'lightgbm', label: 'choice.framework.lightgbm' },
  { value: 'custom', label: 'choice.framework.custom' },
];

const examples: readonly Choice[] = [
  { value: 'over-asking', label: 'choice.example.overAsking' },
  { value: 'none', label: 'choice.example.none' },
];

const classificationMetrics: readonly Choice[] = [
  { value: 'log_loss', label: 'choice.metric.log_loss' },
  { value: 'auc', label: 'choice.metric.auc' },
  { value: 'accuracy', label: 'choice.metric.accuracy' },
  { value: 'brier', label: 'choice.metric.brier' },
];

const regressionMetrics: readonly Choice[] = [
  { value: 'rmse', label: 'choice.metric.rmse' },
  { value: 'mae', label: 'choice.metric.mae' },
  { value: 'r2', label: 'choice.metric.r2' },
];

const goals: readonly Choice[] = [
  { value: 'minimize', label: 'choice.goal.minimize' },
  { value: 'maximize', label: 'choice.goal.maximize' },
];

/** Metrics whose goal is known, so that nobody is asked. */
const KNOWN_GOALS: Readonly<Record<string, string>> = {
  log_loss: 'minimize',
  brier: 'minimize',
  rmse: 'minimize',
  mae: 'minimize',
  mse: 'minimize',
  mape: 'minimize',
  auc: 'maximize',
  roc_auc: 'maximize',
  accuracy: 'maximize',
  f1: 'maximize',
  r2: 'maximize',
};

const EXAMPLE_NAME = 'ottawa-over-asking';

function choices(...rows: readonly (readonly [value: string, label: Choice['label']])[]): () => readonly Choice[] {
  const list = rows.map(([value, label]) => ({ value, label }));
  return () => list;
}

/** Every question, in the order of asking. Defaults of those never asked stand in the manifest's schema. */
export const questions: readonly Question[] = [
  {
    name: 'name',
    flag: '--name',
    kind: 'text',
    path: ['model', 'name'],
    asked: 'always',
    prompt: 'question.name',
    fallback: (_, { directory }) => (directory === undefined ? EXAMPLE_NAME : proposeModelName(directory)),
  },
  {
    name: 'task',
    flag: '--task',
    kind: 'choice',
    path: ['model', 'task'],
    asked: 'always',
    prompt: 'question.task',
    choices: () => tasks,
    fallback: () => 'classification',
  },
  {
    name: 'framework',
    flag: '--framework',
    kind: 'choice',
    path: ['model', 'framework'],
    asked: 'always',
    prompt: 'question.framework',
    choices: () => frameworks,
    fallback: () => 'sklearn',
  },
  {
    name: 'example',
    flag: '--example',
    kind: 'choice',
    path: ['model', 'example'],
    asked: 'always',
    prompt: 'question.example',
    choices: () => examples,
    // The example is a classification; a regression or a model of one's own starts with empty seams.
    fallback: ({ task, framework }) => (task === 'classification' && framework !== 'custom' ? 'over-asking' : 'none'),
    when: ({ task, framework }) => task === 'classification' && framework !== 'custom',
  },
  {
    name: 'metric',
    flag: '--metric',
    kind: 'choice',
    path: ['model', 'metric', 'name'],
    asked: 'always',
    prompt: 'question.metric',
    choices: ({ task }) => (task === 'regression' ? regressionMetrics : classificationMetrics),
    open: true,
    fallback: ({ task }) => (task === 'regression' ? 'rmse' : 'log_loss'),
  },
  {
    name: 'goal',
    flag: '--goal',
    kind: 'choice',
    path: ['model', 'metric', 'goal'],
    asked: 'always',
    prompt: 'question.goal',
    choices: () => goals,
    fallback: ({ metric }) => KNOWN_GOALS[metric ?? ''],
    // Only a metric of one's own, given by flag or file, leaves the goal open.
    when: ({ metric }) => !Object.hasOwn(KNOWN_GOALS, metric ?? ''),
  },
  {
    name: 'schedules',
    flag: '--schedule',
    kind: 'schedules',
    path: ['retraining', 'schedules'],
    asked: 'always',
    prompt: 'question.schedules',
    fallback: () => [{ cron: '0 6 * * 1' }],
  },
  {
    name: 'timeZone',
    flag: '--time-zone',
    kind: 'text',
    path: ['retraining', 'schedules', '*', 'timeZone'],
    asked: 'always',
    prompt: 'question.timeZone',
    fallback: (_, { timeZone }) => timeZone,
    when: needsTimeZone,
  },
  ...azureQuestions(),
  ...fileQuestions(),
];

/** Whether a schedule leaves its time zone to the answer `timeZone`. */
function needsTimeZone({ schedules }: Answers): boolean {
  return (schedules ?? []).some((schedule) => schedule.timeZone === undefined);
}

/** What only Azure needs; the sandbox supplies its own. */
function azureQuestions(): readonly Question[] {
  const row = (name: AnswerName, flag: Question['flag'], path: Question['path'], prompt: Question['prompt']) =>
    ({ name, flag, kind: 'text', path, asked: 'azure', ...(prompt ? { prompt } : {}) }) as const;
  return [
    row('organization', '--organization', ['devops', 'organization'], 'question.organization'),
    row('project', '--project', ['devops', 'project'], 'question.project'),
    row('subscription', '--subscription', ['azure', 'subscription'], 'question.subscription'),
    row('resourceGroup', '--resource-group', ['azure', 'resourceGroup'], 'question.resourceGroup'),
    row('mlWorkspace', '--ml-workspace', ['azure', 'workspace'], 'question.mlWorkspace'),
    row('containerRegistry', '--container-registry', ['azure', 'registry'], 'question.containerRegistry'),
    row('cluster', '--cluster', ['azure', 'cluster'], 'question.cluster'),
    row('databricksHost', '--databricks-host', ['databricks', 'host'], 'question.databricksHost'),
  ];
}

/** What has a default and a comment in `mlops.yaml`; a flag or a file may answer, nobody is asked. */
function fileQuestions(): readonly Question[] {
  const row = (
    name: AnswerName,
    flag: Question['flag'],
    path: Question['path'],
    kind: Question['kind'],
    more: Pick<Question, 'choices' | 'fallback'> = {},
  ) => ({ name, flag, kind, path, asked: 'never', ...more }) as const;
  return [
    row('titleEn', '--title-en', ['model', 'title', 'en'], 'text', { fallback: toTitle }),
    row('titleFr', '--title-fr', ['model', 'title', 'fr'], 'text', { fallback: (a) => a.titleEn ?? toTitle(a) }),
    row('descriptionEn', '--description-en', ['model', 'description', 'en'], 'text', { fallback: () => '' }),
    row('descriptionFr', '--description-fr', ['model', 'description', 'fr'], 'text', { fallback: () => '' }),
    row('owner', '--owner', ['model', 'owner'], 'text', { fallback: () => '' }),
    row('minimumGain', '--minimum-gain', ['model', 'metric', 'minimumGain'], 'number'),
    row('select', '--select', ['model', 'select'], 'select', { fallback: () => 'best' }),
    row('classification', '--classification', ['model', 'classification'], 'choice', {
      choices: choices(
        ['unclassified', 'choice.classification.unclassified'],
        ['protected-a', 'choice.classification.a'],
        ['protected-b', 'choice.classification.b'],
      ),
    }),
    row('python', '--python-version', ['python'], 'choice', {
      choices: choices(['3.11', 'choice.literal'], ['3.12', 'choice.literal'], ['3.13', 'choice.literal']),
    }),
    row('region', '--region', ['azure', 'region'], 'text'),
    row('allowOutsideCanada', '--allow-outside-canada', ['azure', 'allowOutsideCanada'], 'switch'),
    row('namespace', '--namespace', ['azure', 'namespace'], 'text'),
    row('databricksFolder', '--databricks-folder', ['databricks', 'folder'], 'text'),
    row('trackingAccess', '--tracking-access', ['databricks', 'tracking', 'access'], 'choice', {
      choices: choices(['service-credential', 'choice.tracking.credential'], ['secret-scope', 'choice.tracking.scope']),
    }),
    row('trackingName', '--tracking-name', ['databricks', 'tracking', 'name'], 'text'),
    row('serverless', '--serverless', ['databricks', 'compute', 'serverless'], 'switch'),
    row('gpu', '--gpu', ['databricks', 'compute', 'gpu'], 'switch'),
    row('sparkVersion', '--spark-version', ['databricks', 'compute', 'sparkVersion'], 'text', {
      fallback: ({ gpu }) => (gpu ? '17.3.x-gpu-ml-scala2.13' : undefined),
    }),
    row('nodeType', '--node-type', ['databricks', 'compute', 'nodeType'], 'text', {
      fallback: ({ gpu }) => (gpu ? 'Standard_NC4as_T4_v3' : undefined),
    }),
    row('workers', '--workers', ['databricks', 'compute', 'workers'], 'workers'),
    row('policyId', '--policy-id', ['databricks', 'compute', 'policyId'], 'text'),
    row('repository', '--repository-name', ['devops', 'repository'], 'text'),
    row('devopsFolder', '--devops-folder', ['devops', 'folder'], 'text'),
    row('pool', '--pool', ['devops', 'pool'], 'text'),
    row('reviewers', '--reviewers', ['devops', 'reviewers'], 'number'),
    row('approvers', '--approver', ['devops', 'approvers'], 'list'),
    row('ciConnection', '--ci-connection', ['devops', 'connections', 'ci'], 'text'),
    row('deployConnection', '--deploy-connection', ['devops', 'connections', 'deploy'], 'text'),
    row('timeoutMinutes', '--timeout-minutes', ['retraining', 'timeoutMinutes'], 'number'),
    row('exposure', '--exposure', ['api', 'exposure'], 'choice', {
      choices: choices(
        ['cluster', 'choice.exposure.cluster'],
        ['internal-load-balancer', 'choice.exposure.loadBalancer'],
        ['gateway', 'choice.exposure.gateway'],
      ),
    }),
    row('maxRows', '--max-rows', ['api', 'limits', 'rows'], 'number'),
    row('maxBytes', '--max-bytes', ['api', 'limits', 'bytes'], 'number'),
    row('baseImage', '--base-image', ['image', 'base'], 'text'),
    row('languages', '--language', ['languages'], 'list', {
      fallback: (_, { lang }) => (lang === 'fr' ? ['fr', 'en'] : ['en', 'fr']),
    }),
  ];
}

/** `ottawa-over-asking` → `Ottawa over asking`. */
function toTitle({ name }: Answers): string {
  const words = (name ?? '').replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The question by that name. */
export function getQuestion(name: AnswerName): Question {
  const question = questions.find((row) => row.name === name);
  if (question === undefined) throw new Error(`there is no question "${name}"`);
  return question;
}
