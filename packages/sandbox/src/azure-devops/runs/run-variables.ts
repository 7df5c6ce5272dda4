import type { Variable } from '../../agent/compile/pipeline.ts';
import { type Moment, runVariable } from '../../agent/expression/run-condition.ts';
import type { JobVariable } from '../../agent/run/job-work.ts';
import { isObject, toObject, toText } from '../call.ts';
import type { Build, Definition, Json, Organization } from '../state.ts';

/** Variables by name; names are compared without case, and the last one of a name wins. */
export type Variables = ReadonlyMap<string, readonly [name: string, variable: JobVariable]>;

/** A value that stands somewhere, before its expressions are computed. */
type Declared = readonly [name: string, variable: JobVariable];

/** Adds variables to others, which these may speak of; runtime expressions are computed. @throws ExpressionError */
export function addVariables(known: Variables, declared: readonly Declared[], moment: Moment): Variables {
  const result = new Map(known);
  for (const [name, variable] of declared) {
    if (result.get(name.toLowerCase())?.[1].isReadOnly) continue;
    const value = variable.isSecret
      ? variable.value
      : runVariable(variable.value, { ...moment, variables: toTexts(result) });
    result.set(name.toLowerCase(), [name, { ...variable, value }]);
  }
  return result;
}

/** As a job takes them. */
export function toJobVariables(variables: Variables): Readonly<Record<string, JobVariable>> {
  return Object.fromEntries(variables.values());
}

/** Values by name, as conditions see them. */
export function toTexts(variables: Variables): Readonly<Record<string, string>> {
  return Object.fromEntries([...variables.values()].map(([name, { value }]) => [name, value]));
}

/** What a pipeline, a stage or a job says under `variables`, groups in place. */
export function listDeclared(
  organization: Organization,
  projectId: string,
  variables: readonly Variable[],
): readonly Declared[] {
  return variables.flatMap((variable): readonly Declared[] => {
    if (variable.kind === 'value') return [[variable.name, { value: variable.value, isReadOnly: variable.readonly }]];
    const group = organization.variableGroups.find(
      (each) => each.projectId === projectId && each.name.toLowerCase() === variable.group.toLowerCase(),
    );
    return toDeclared(group?.variables ?? {});
  });
}

function toDeclared(variables: Readonly<Record<string, unknown>>): readonly Declared[] {
  return Object.entries(variables).map(([name, stored]) => {
    const { value, isSecret } = toObject(stored);
    return [name, { value: toText(value), ...(isSecret === true ? { isSecret: true } : {}) }];
  });
}

/** Variables of the definition itself, and those set for one run in their place. */
export function listOfDefinition(
  organization: Organization,
  definition: Definition,
  run: Pick<Build, 'variables' | 'secrets'>,
): readonly Declared[] {
  const { variables, variableGroups } = definition.body;
  const linked: readonly Json[] = Array.isArray(variableGroups) ? variableGroups.filter(isObject) : [];
  const groups = linked.flatMap(({ id }) => organization.variableGroups.find((group) => group.id === Number(id)) ?? []);
  return [
    ...groups.flatMap((group) => toDeclared(group.variables)),
    ...toDeclared(toObject(variables)),
    ...Object.entries(run.variables).map(
      ([name, value]): Declared => [name, { value, ...(run.secrets.includes(name) ? { isSecret: true } : {}) }],
    ),
  ];
}

/** Variables that nobody may set: those of the system and of the run. */
export function listPredefined(values: Readonly<Record<string, string>>): readonly Declared[] {
  return Object.entries(values).map(([name, value]) => [name, { value, isReadOnly: true }]);
}
