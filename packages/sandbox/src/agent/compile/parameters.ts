import { toNumber } from '../expression/value.ts';
import { PipelineProblem, type Position } from '../problem.ts';
import {
  type Entry,
  findValue,
  type Mapping,
  printPrimitive,
  type Scalar,
  type Tree,
  toData,
  toMapping,
} from '../tree.ts';
import { checkKeys } from './keys.ts';

/** Types of parameters that are scalars on the way in. */
const TEXT_TYPES = new Set([
  'string',
  'environment',
  'filepath',
  'pool',
  'securefile',
  'serviceconnection',
  'container',
]);
/** Types whose value is one mapping, and those whose value is a list of them. */
const PART_TYPES = new Set(['step', 'job', 'deployment', 'stage']);
const LIST_TYPES = new Set(['steplist', 'joblist', 'deploymentlist', 'stagelist', 'containerlist', 'stringlist']);

/** A declared parameter. */
interface Declaration {
  readonly name: string;
  readonly type: string;
  readonly at: Position;
  readonly fallback: Tree | undefined;
  readonly allowed: readonly Tree[] | undefined;
}

/**
 * The values of a file's parameters: those given, and the defaults of the others.
 * @param given already expanded
 * @param user where the file is used: a missing value is reported there
 * @throws PipelineProblem
 */
export function bindParameters(declared: Tree | undefined, given: readonly Entry[], user: Position): Mapping {
  const declarations = declared ? readDeclarations(declared) : [];
  for (const { key } of given) {
    const name = printPrimitive(key.value).toLowerCase();
    if (declarations.some((declaration) => declaration.name.toLowerCase() === name)) continue;
    throw new PipelineProblem(key.at, `Unexpected parameter '${printPrimitive(key.value)}'`);
  }
  const sent = { kind: 'mapping', entries: given, at: user } as const;
  return toMapping(
    declarations.map(
      (declaration) => [declaration.name, getValue(declaration, findValue(sent, declaration.name), user)] as const,
    ),
    user,
  );
}

function readDeclarations(declared: Tree): readonly Declaration[] {
  if (declared.kind === 'sequence') return declared.items.map(readDeclaration);
  if (declared.kind === 'scalar') throw new PipelineProblem(declared.at, 'A sequence was expected');
  // The older form, `name: default`, has no types.
  return declared.entries.map(({ key, value }) => {
    const name = printPrimitive(key.value);
    return { name, type: 'object', at: key.at, fallback: value, allowed: undefined };
  });
}

function readDeclaration(tree: Tree): Declaration {
  if (tree.kind !== 'mapping') throw new PipelineProblem(tree.at, 'A mapping was expected');
  checkKeys(tree, ['name', 'displayName', 'type', 'default', 'values']);
  refuseExpressions(tree);
  const name = findValue(tree, 'name');
  if (name?.kind !== 'scalar' || name.value === '') throw new PipelineProblem(tree.at, "A parameter needs a 'name'");
  const type = findValue(tree, 'type');
  const values = findValue(tree, 'values');
  if (values && values.kind !== 'sequence') throw new PipelineProblem(values.at, 'A sequence was expected');
  const declaration: Declaration = {
    name: printPrimitive(name.value),
    type: type?.kind === 'scalar' ? printPrimitive(type.value).toLowerCase() : 'string',
    at: tree.at,
    fallback: findValue(tree, 'default'),
    allowed: values?.items,
  };
  const known = [...TEXT_TYPES, ...PART_TYPES, ...LIST_TYPES, 'number', 'boolean', 'object'];
  if (known.includes(declaration.type)) return declaration;
  throw new PipelineProblem(
    type?.at ?? tree.at,
    `Unexpected value '${declaration.type}'. A type of parameter was expected`,
  );
}

/** Parameters are read before anything is computed. @throws PipelineProblem */
export function refuseExpressions(tree: Tree): void {
  switch (tree.kind) {
    case 'scalar':
      if (tree.final || !String(tree.value).includes('${{')) return;
      throw new PipelineProblem(tree.at, 'A template expression is not allowed in this context');
    case 'sequence':
      for (const item of tree.items) refuseExpressions(item);
      return;
    case 'mapping':
      for (const { key, value } of tree.entries) {
        refuseExpressions(key);
        refuseExpressions(value);
      }
  }
}

function getValue(declaration: Declaration, given: Tree | undefined, user: Position): Tree {
  const value = given ?? declaration.fallback;
  if (!value) throw new PipelineProblem(user, `A value for the '${declaration.name}' parameter must be provided`);
  const typed = toTyped(declaration, value);
  const text = JSON.stringify(toData(typed));
  if (
    !declaration.allowed ||
    declaration.allowed.some((each) => JSON.stringify(toData(toTyped(declaration, each))) === text)
  )
    return typed;
  const allowed = declaration.allowed.map((each) => String(toData(each))).join(', ');
  throw new PipelineProblem(
    value.at.path === '' ? user : value.at,
    `The '${declaration.name}' parameter value '${toData(typed)}' is not a valid value. Expected one of: ${allowed}`,
  );
}

function toTyped({ name, type }: Declaration, value: Tree): Tree {
  const refuse = (expected: string) =>
    new PipelineProblem(
      value.at,
      `The '${name}' parameter value '${value.kind === 'scalar' ? printPrimitive(value.value) : value.kind}' is not a valid ${expected}`,
    );
  if (type === 'object') return value;
  if (PART_TYPES.has(type)) {
    if (value.kind === 'mapping') return value;
    throw refuse(type);
  }
  if (LIST_TYPES.has(type)) {
    if (value.kind === 'sequence') return value;
    // A list that is left empty.
    if (value.kind === 'scalar' && printPrimitive(value.value) === '')
      return { kind: 'sequence', items: [], at: value.at };
    throw refuse(type);
  }
  // A pool or a container may be written out.
  if (value.kind !== 'scalar') {
    if (type === 'pool' || type === 'container') return value;
    throw refuse(type === 'string' ? 'String' : type);
  }
  const typed = toTypedScalar(type, value);
  if (typed) return typed;
  throw refuse(type === 'number' ? 'Number' : 'Boolean');
}

function toTypedScalar(type: string, value: Scalar): Scalar | undefined {
  const text = printPrimitive(value.value);
  if (type === 'number') {
    const number = text === '' ? undefined : toNumber(text);
    return number === undefined ? undefined : { ...value, value: number };
  }
  if (type !== 'boolean') return { ...value, value: text };
  return /^(true|false)$/i.test(text) ? { ...value, value: /^true$/i.test(text) } : undefined;
}
