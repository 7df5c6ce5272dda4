import { dirname, join, normalize } from 'node:path/posix';
import { parse } from 'yaml';
import type { Files } from '../../packages/core/src/index.ts';

/** One pipeline: its entry, and the body that it extends, parsed. */
export interface Pipeline {
  readonly path: string;
  readonly entry: Node;
  readonly bodyPath: string;
  readonly body: Node;
}

/** Parsed YAML; every access is checked by the test that makes it. */
// biome-ignore lint/suspicious/noExplicitAny: a parsed file has the shape that the test asks for.
export type Node = Record<string, any>;

/** What agents set by themselves, as far as our pipelines use it (MicrosoftDocs build/variables). */
const PREDEFINED = new Set([
  'Agent.TempDirectory',
  'Build.Reason',
  'System.AccessToken',
  'AGENT_TEMPDIRECTORY',
  'PIPELINE_WORKSPACE',
]);

/** The four pipelines of a rendered project. */
export function readPipelines(files: Files): readonly Pipeline[] {
  const entries = [...files.keys()].filter((path) => /^pipelines\/(ci-train|deploy)\/[^/]+\.yml$/.test(path));
  return entries.map((path) => {
    const entry = parse(getText(files, path)) as Node;
    const bodyPath = normalize(join(dirname(path), entry.extends.template));
    return { path, entry, bodyPath, body: parse(getText(files, bodyPath)) as Node };
  });
}

/** The text of a file that must exist. */
export function getText(files: Files, path: string): string {
  const file = files.get(path);
  if (!file) throw new Error(`${path} is not rendered; there are ${[...files.keys()].join(', ')}`);
  return file.contents;
}

/** Stages and jobs that a `dependsOn` names and that do not exist. */
export function findLostDependencies(body: Node): string[] {
  const stages = (body.stages as Node[]).map((stage) => stage.stage as string);
  return (body.stages as Node[]).flatMap((stage) => {
    const jobs = listJobs(stage).map((job) => (job.job ?? job.deployment) as string);
    const lost = [stage.dependsOn].flat().filter((name) => name !== undefined && !stages.includes(name));
    const lostJobs = listJobs(stage).flatMap((job) =>
      [job.dependsOn].flat().filter((name) => name && !jobs.includes(name)),
    );
    return [...lost, ...lostJobs].map((name) => `${stage.stage} → ${name}`);
  });
}

/** Jobs of a stage. */
export function listJobs(stage: Node): Node[] {
  return stage.jobs as Node[];
}

/** Steps of a job, those of a deployment too. */
export function listSteps(job: Node): Node[] {
  return (job.steps ?? job.strategy.runOnce.deploy.steps) as Node[];
}

/** Names that a body uses in any of Azure's ways, or that a step's shell reads, and that nothing defines. */
export function findUndefinedVariables(pipeline: Pipeline, text: string, defined: ReadonlySet<string>): string[] {
  const local = new Set(
    (pipeline.body.stages as Node[]).flatMap((stage) =>
      listJobs(stage).flatMap((job) => Object.keys(job.variables ?? {})),
    ),
  );
  const used = [
    ...[...text.matchAll(/\$\{\{ variables\.(\w+) \}\}/g)].map((match) => match[1]),
    ...[...text.matchAll(/\$\(([^)]+)\)/g)].map((match) => match[1]),
    ...[...text.matchAll(/variables\['([^']+)'\]/g)].map((match) => match[1]),
    ...[...text.matchAll(/"\$(\w+)/g)].map((match) => match[1]),
  ];
  const outputs = listOutputs(pipeline.body);
  return used.filter(
    (name) =>
      name !== undefined && !defined.has(name) && !local.has(name) && !PREDEFINED.has(name) && !outputs.has(name),
  ) as string[];
}

/** `step.variable` of each step that may set outputs: a step of the same job reads it under that name. */
function listOutputs(body: Node): ReadonlySet<string> {
  const steps = (body.stages as Node[]).flatMap((stage) => listJobs(stage).flatMap(listSteps));
  return new Set(steps.filter((step) => step.name).map((step) => `${step.name}.found`));
}

/** Outputs read across stages (`stage.job.step`) that no such step sets. */
export function findLostOutputs(body: Node, text: string): string[] {
  const known = new Set(
    (body.stages as Node[]).flatMap((stage) =>
      listJobs(stage).flatMap((job) =>
        listSteps(job).map((step) => `${stage.stage}.${job.job ?? job.deployment}.${step.name}`),
      ),
    ),
  );
  const acrossJobs = [...text.matchAll(/stageDependencies\.(\w+)\.(\w+)\.outputs\['(\w+)\.\w+'\]/g)];
  const inConditions = [...text.matchAll(/[^e]dependencies\.(\w+)\.outputs\['(\w+)\.(\w+)\.\w+'\]/g)];
  return [...acrossJobs, ...inConditions]
    .map(([, stage, job, step]) => `${stage}.${job}.${step}`)
    .filter((name) => !known.has(name));
}

/** Scripts of the repository that a step starts and that are not rendered. */
export function findLostScripts(files: Files, text: string): string[] {
  return [...text.matchAll(/python (pipelines\/\S+\.py)/g)]
    .map((match) => match[1] ?? '')
    .filter((path) => !files.has(path));
}
