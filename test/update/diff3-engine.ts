import { merge } from 'node-diff3';
import type { MergeTools, TextMerge } from '../../packages/core/src/index.ts';
import { sha256 } from '../../packages/create-mlops-model/src/services/sha256.ts';

/** Another engine than the product's, without processes, for thousands of small merges. */
export function diff3Tools(separator: string | RegExp = '\n'): MergeTools {
  return {
    hash: sha256,
    mergeTexts: async (merges) => merges.map((each) => mergeText(each, separator)),
  };
}

function mergeText({ base, mine, theirs }: TextMerge, separator: string | RegExp) {
  const label = { a: 'yours', b: 'template' };
  const options = { stringSeparator: separator, excludeFalseConflicts: true, label };
  const { conflict, result } = merge(mine, base ?? '', theirs, options);
  return { contents: result.join('\n'), isClean: !conflict };
}
