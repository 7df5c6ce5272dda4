import { isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments, visit } from 'yaml';

/**
 * What is wrong with a file that came out of a merge, as far as its text says: each problem one English line.
 * A clean merge of two good texts may well be a bad one, such as a map with a key twice.
 * @param exists whether the project has a file at that path
 */
export function findTextProblems(path: string, text: string, exists: (path: string) => boolean): readonly string[] {
  if (path.endsWith('.json')) return findJsonProblems(text);
  if (!/\.ya?ml$/.test(path)) return [];
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const parsed = [...documents];
  const errors = parsed.flatMap((document) =>
    document.errors.map(({ pos, message }) => `line ${lines.linePos(pos[0]).line}: ${message}`),
  );
  if (errors.length > 0) return errors;
  const root = parsed[0]?.contents;
  return root != null && isPipeline(root as ParsedNode) ? findPipelineProblems(path, root as ParsedNode, exists) : [];
}

function findJsonProblems(text: string): readonly string[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

const PIPELINE_KEYS = ['stages', 'jobs', 'steps', 'extends'];

function isPipeline(root: ParsedNode): boolean {
  return isMap(root) && PIPELINE_KEYS.some((key) => root.has(key));
}

function findPipelineProblems(path: string, root: ParsedNode, exists: (path: string) => boolean): readonly string[] {
  const problems: string[] = [];
  checkNames(root, ['stage'], 'stages', problems);
  visit(root, {
    Map: (_, node) => {
      if (node.has('jobs')) checkNames(node as ParsedNode, ['job', 'deployment'], 'jobs', problems);
    },
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || key.value !== 'template' || !isScalar(value) || typeof value.value !== 'string') return;
      const target = resolveTemplate(path, value.value);
      if (target !== undefined && !exists(target)) problems.push(`template ${value.value} does not exist`);
    },
    Scalar: (_, { value }) => {
      if (typeof value === 'string' && !isBalanced(value)) problems.push(`"${value}" has no matching braces`);
    },
  });
  return problems;
}

/** Names that stand twice, and dependencies on names that nobody has; Azure takes capitals for small letters. */
function checkNames(node: ParsedNode, kinds: readonly string[], list: string, problems: string[]): void {
  const items = isMap(node) ? node.get(list) : undefined;
  if (!isSeq(items)) return;
  const always = new Set<string>();
  const all = new Set<string>();
  const needs: string[] = [];
  let isOpen = false;
  const look = (item: unknown, conditional: boolean) => {
    if (!isMap(item)) return;
    // What a template brings along, or a loop makes, cannot be known from here.
    if (item.has('template')) isOpen = true;
    for (const { key, value } of item.items) {
      const word = isScalar(key) ? String(key.value) : '';
      if (word.startsWith('${{')) {
        if (/^\$\{\{\s*each\b/.test(word)) isOpen = true;
        if (isSeq(value)) for (const inner of value.items) look(inner, true);
      }
    }
    const name = kinds.map((kind) => item.get(kind)).find((value) => typeof value === 'string');
    if (name !== undefined) {
      const known = String(name).toLowerCase();
      if (known.includes('${{')) isOpen = true;
      else if (always.has(known)) problems.push(`${list}: ${name} stands twice`);
      else if (!conditional) always.add(known);
      all.add(known);
    }
    const after = item.get('dependsOn');
    needs.push(...(isSeq(after) ? after.items.map((each) => (isScalar(each) ? each.value : '')) : [after]).map(String));
  };
  for (const item of items.items) look(item, false);
  if (isOpen) return;
  for (const need of needs) {
    if (/^(undefined|null|)$/.test(need) || need.includes('${{')) continue;
    if (!all.has(need.toLowerCase())) problems.push(`${list}: dependsOn names ${need}, which does not exist`);
  }
}

/** Where a template's path leads in this repository; `undefined`: elsewhere, or only known when it runs. */
function resolveTemplate(from: string, reference: string): string | undefined {
  const [target = '', repository = 'self'] = reference.split('@');
  if (repository !== 'self' || target.includes('${{')) return undefined;
  const parts = target.startsWith('/') ? [] : from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function isBalanced(text: string): boolean {
  let open = false;
  for (const [brace] of text.matchAll(/\$\{\{|\}\}/g)) {
    if (brace === '${{') {
      if (open) return false;
      open = true;
    } else open = false;
  }
  return !open;
}
