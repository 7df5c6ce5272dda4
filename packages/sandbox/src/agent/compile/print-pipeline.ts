import { stringify } from 'yaml';
import type { Deployment, Job, Pipeline, Stage, Step, Variable } from './pipeline.ts';

/** The pipeline as one YAML text without templates: what the service calls its final YAML. */
export function printPipeline({ name, head, variables, pool, lockBehavior, stages }: Pipeline): string {
  const whole = { name, ...head, variables: toVariables(variables), pool, lockBehavior, stages: stages.map(toStage) };
  return stringify(whole, { lineWidth: 0, aliasDuplicateObjects: false });
}

function toVariables(variables: readonly Variable[]): readonly unknown[] | undefined {
  if (variables.length === 0) return undefined;
  return variables.map((variable) => {
    if (variable.kind === 'group') return { group: variable.group };
    const { name, value, readonly } = variable;
    return { name, value, ...(readonly ? { readonly: 'true' } : {}) };
  });
}

function toStage(
  { name, dependsOn, condition, variables, settings, jobs }: Stage,
  index: number,
  all: readonly Stage[],
): unknown {
  const above = all[index - 1]?.name;
  const asAlways = above === undefined ? dependsOn.length === 0 : dependsOn.length === 1 && dependsOn[0] === above;
  return {
    stage: name,
    ...(asAlways ? {} : { dependsOn }),
    condition,
    ...settings,
    variables: toVariables(variables),
    jobs: jobs.map(toJob),
  };
}

function toJob({ kind, name, dependsOn, condition, variables, settings, steps, deployment }: Job): unknown {
  return {
    [kind]: name,
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    condition,
    variables: toVariables(variables),
    ...settings,
    ...(deployment ? { strategy: toStrategy(deployment) } : { steps: steps.map(toStep) }),
  };
}

function toStrategy({ strategy, settings, hooks }: Deployment): unknown {
  const named = hooks.map(({ name, pool, steps }) => [name, { pool, steps: steps.map(toStep) }] as const);
  const isEnd = ([name]: (typeof named)[number]) => name === 'failure' || name === 'success';
  const on = named.filter(isEnd);
  return {
    [strategy]: {
      ...settings,
      ...Object.fromEntries(named.filter((hook) => !isEnd(hook))),
      ...(on.length === 0 ? {} : { on: Object.fromEntries(on) }),
    },
  };
}

function toStep({ task, name, condition, inputs, env, settings }: Step): unknown {
  return {
    task,
    name,
    ...settings,
    condition,
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
  };
}
