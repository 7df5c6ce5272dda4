import { dirname, join, normalize } from 'node:path/posix';
import { PipelineProblem, type Position } from '../problem.ts';
import { findValue, type Mapping, printPrimitive, type Scalar } from '../tree.ts';
import { type Bound, expand, listEntries } from './expand.ts';
import { checkKey, checkKeys } from './keys.ts';
import { bindParameters } from './parameters.ts';
import { parseTree } from './parse-tree.ts';
import { withContext } from './scope.ts';

/** Reads a file of the repository by its path with a leading slash; undefined where there is none. */
export type ReadFile = (path: string) => Promise<string | undefined>;

/** What a pipeline is compiled with. */
export interface Compiler {
  readonly readFile: ReadFile;
  /** Names of the tasks that can be run, with their version: `Bash@3`. */
  readonly tasks: ReadonlySet<string>;
  /** How a missing file is reported. */
  readonly describeMissing: (path: string) => string;
  /** Files included so far. */
  readonly included: { count: number };
}

/** More files than this in one pipeline are refused, as on the service (MicrosoftDocs process/templates, limits). */
const MOST_FILES = 100;
/** More templates within templates than this are refused. */
const DEEPEST = 100;

/**
 * Reads a template that a part names, and binds its parameters.
 * @param holds what may stand in it besides its parameters: `steps`
 * @throws PipelineProblem
 */
export async function loadTemplate(
  compiler: Compiler,
  use: Bound,
  holds: readonly string[],
  depth: number,
): Promise<Bound<Mapping>> {
  const entries = listEntries(use);
  for (const { key } of entries) checkKey(key, ['template', 'parameters']);
  const named = entries.find(({ key }) => key.value === 'template');
  const name = named && expand(named);
  if (name?.kind !== 'scalar' || name.value === '')
    throw new PipelineProblem(use.node.at, 'A template name was expected');
  const given = entries.find(({ key }) => key.value === 'parameters');
  const path = toPath(name);
  const content = parseTree(path, await readText(compiler, path, name.at, depth));
  checkKeys(content, ['parameters', ...holds]);
  const values = given ? expandParameters(given) : [];
  const parameters = bindParameters(findValue(content, 'parameters'), values, name.at);
  return { node: content, scope: withContext(withoutLoops(use.scope), 'parameters', parameters) };
}

/** A template knows its own parameters and the pipeline's variables, not the loops around its use. */
function withoutLoops(scope: Bound['scope']): Bound['scope'] {
  return new Map([...scope].filter(([name]) => name === 'variables' || name === 'parameters'));
}

function expandParameters(given: Bound): Mapping['entries'] {
  return listEntries(given).map((entry) => ({ key: entry.key, value: expand(entry) }));
}

function toPath({ value, at }: Scalar): string {
  const name = printPrimitive(value);
  const [file = '', repository = 'self'] = name.split('@');
  if (repository !== 'self') {
    throw new PipelineProblem(
      at,
      `Templates of another repository are not supported here: '${name}'. Expected a file of this repository`,
    );
  }
  const path = normalize(file.startsWith('/') ? file : join(dirname(at.path), file));
  return path.startsWith('/') ? path : `/${path}`;
}

async function readText(compiler: Compiler, path: string, at: Position, depth: number): Promise<string> {
  if (depth > DEEPEST) throw new PipelineProblem(at, `Maximum template nesting of ${DEEPEST} exceeded`);
  if (++compiler.included.count > MOST_FILES)
    throw new PipelineProblem(at, `Maximum number of ${MOST_FILES} files exceeded`);
  const text = await compiler.readFile(path);
  if (text !== undefined) return text;
  throw new PipelineProblem(at, compiler.describeMissing(path));
}
