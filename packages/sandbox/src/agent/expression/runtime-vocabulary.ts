import { COMMON_FUNCTIONS } from './functions.ts';
import type { Arity, Vocabulary } from './parse-expression.ts';

/** Where a runtime expression stands: `condition` of a step, job or stage, or `$[ ]` in a variable. */
export type Place = 'step' | 'job' | 'stage' | 'variable';

const ANY = { min: 0, max: Number.POSITIVE_INFINITY };
const NONE = { min: 0, max: 0 };

/** Functions that ask how it went so far. Steps know only their own job. */
function listStatusFunctions(place: Place): readonly (readonly [string, Arity])[] {
  const named = place === 'step' ? NONE : ANY;
  return [
    ['always', NONE],
    ['canceled', NONE],
    ['failed', named],
    ['succeeded', named],
    ['succeededorfailed', named],
  ];
}

/** What a runtime expression may speak of, by where it stands (MicrosoftDocs process/expressions, process/conditions). */
export function toVocabulary(place: Place): Vocabulary {
  const own = place === 'variable' ? ([['counter', { min: 2, max: 2 }]] as const) : listStatusFunctions(place);
  const ofStep = ['variables', 'pipeline'];
  return {
    functions: new Map<string, Arity>([...COMMON_FUNCTIONS, ...own]),
    contexts: new Set(place === 'step' ? ofStep : [...ofStep, 'dependencies', 'stagedependencies', 'resources']),
  };
}

/** What stands in `$[ ]`; undefined where a value is no runtime expression. It must be the whole value. */
export function findRuntimeExpression(value: string): string | undefined {
  return /^\s*\$\[([\s\S]*)\]\s*$/.exec(value)?.[1];
}
