import { looksSecret, type Translate } from '@create-mlops-model/core';

/** Something to put right before it is merged. */
export interface HygieneFinding {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** What must not be merged: outputs of notebooks, which may show records, and secrets. What was found is not repeated. */
export function checkHygiene(path: string, text: string, translate: Translate): readonly HygieneFinding[] {
  const outputs = path.endsWith('.ipynb') ? checkNotebook(path, text, translate) : [];
  const secrets = text
    .split('\n')
    .flatMap((line, index) =>
      looksSecret(line) ? [{ path, line: index + 1, message: translate('feature.secret') }] : [],
    );
  return [...outputs, ...secrets];
}

interface Cell {
  readonly outputs?: readonly unknown[];
  readonly execution_count?: number | null;
}

function checkNotebook(path: string, text: string, translate: Translate): readonly HygieneFinding[] {
  const cells = findCells(text);
  if (cells === undefined) return [{ path, line: 1, message: translate('feature.unreadable') }];
  return cells.flatMap((cell, index) => {
    const hasOutputs = (cell.outputs ?? []).length > 0 || typeof cell.execution_count === 'number';
    return hasOutputs ? [{ path, line: 1, message: translate('feature.outputs', { cell: String(index + 1) }) }] : [];
  });
}

function findCells(text: string): readonly Cell[] | undefined {
  try {
    const { cells } = JSON.parse(text) as { readonly cells?: unknown };
    return Array.isArray(cells) ? (cells as readonly Cell[]) : undefined;
  } catch {
    return undefined;
  }
}
