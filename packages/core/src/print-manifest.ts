import { Document, isMap, isNode, isPair, isScalar, isSeq, type Node, Scalar } from 'yaml';
import type { Manifest } from './manifest.ts';
import { createTranslate, isMessageKey, type Translate } from './messages/index.ts';
import { isAmbiguous } from './yaml-text.ts';

/** Where the repository keeps the schema that editors complete `mlops.yaml` from; no network needed. */
export const SCHEMA_PATH = 'pipelines/ci-train/mlops.schema.json';

/**
 * `mlops.yaml` with a comment above each field, in the model's first language.
 * `parseManifest` reads it back as the same manifest, and so do YAML 1.1 readers.
 */
export function printManifest(manifest: Manifest): string {
  const translate = createTranslate(manifest.languages[0] ?? 'en');
  const { keep, ...fields } = manifest;
  const value = keep.length > 0 ? { ...fields, keep } : fields;
  const document = new Document(value, { version: '1.2', compat: 'yaml-1.1', aliasDuplicateObjects: false });
  comment(document.contents, [], translate);
  const head = [`# yaml-language-server: $schema=${SCHEMA_PATH}`, `# ${translate('manifest.head')}`, ''];
  // Without a line width nothing is folded, so a text stays on the line of its key.
  return `${head.join('\n')}\n${document.toString({ lineWidth: 0, singleQuote: true })}`;
}

function comment(node: unknown, path: readonly string[], translate: Translate): void {
  if (isSeq(node)) {
    flowIfScalars(node);
    for (const item of node.items) {
      quote(item);
      if (isMap(item)) for (const pair of item.items) quote(pair.value);
    }
  }
  if (!isMap(node)) return;
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key)) continue;
    const key = pair.key as Scalar<string>;
    const here = [...path, key.value];
    const name = `field.${here.join('.')}`;
    if (isMessageKey(name)) key.commentBefore = ` ${translate(name)}`;
    if (path.length === 0) key.spaceBefore = here[0] !== 'version';
    quote(pair.value);
    comment(pair.value, here, translate);
  }
}

/** `[en, fr]` on one line; a list of schedules stays a list of lines. */
function flowIfScalars(node: Node): void {
  if (isSeq(node) && node.items.every((item) => isScalar(item))) node.flow = true;
}

/** Quotes what could be taken for something else: empty texts, versions such as `3.12`, the words of YAML 1.1. */
function quote(node: unknown): void {
  if (!isNode(node) || !isScalar(node) || typeof node.value !== 'string') return;
  const text = node.value;
  if (text === '' || /^[\d*]/.test(text) || isAmbiguous(text)) node.type = Scalar.QUOTE_SINGLE;
}
