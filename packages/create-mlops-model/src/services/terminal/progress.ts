import type { MessageKey, Translate } from '@create-mlops-model/core/messages/index';
import { toPlainText } from '@create-mlops-model/core/printable';
import type { Output } from '../terminal.ts';
import type { Style } from './style.ts';

/** What became of one thing; each has its word. */
export type Phase = 'created' | 'updated' | 'removed' | 'unchanged' | 'failed' | 'refused' | 'skipped' | 'blocked';

/** Work that takes a while: finished things stay as lines, what is going on stands below them. */
export interface Progress {
  /** Something begins; on a screen it shows below until something else does. */
  start(name: string): void;
  /** Something has ended; a line with its word and its time stays. */
  step(name: string, phase: Phase, milliseconds: number): void;
  /** Something small has ended: it counts, without a line. */
  advance(): void;
  /** Takes the status line away and returns the seconds that passed, as text. */
  end(): string;
}

/** What a progress is made of. */
export interface ProgressOptions {
  readonly total: number;
  readonly translate: Translate;
  readonly style: Style;
  readonly print: (text: string) => void;
  /** Present where a line can be repainted. */
  readonly screen?: Output;
}

const WORDS = {
  created: 'apply.created',
  updated: 'apply.changed',
  removed: 'apply.removed',
  unchanged: 'apply.unchanged',
  failed: 'apply.failed',
  refused: 'apply.refused',
  skipped: 'apply.skipped',
  blocked: 'plan.blocked',
} as const satisfies Record<Phase, MessageKey>;

/** Starts to show work in progress. The clock starts now. */
export function makeProgress({ total, translate, style, print, screen }: ProgressOptions): Progress {
  const start = performance.now();
  let done = 0;
  let shown = '';
  const seconds = (milliseconds = performance.now() - start) => (milliseconds / 1000).toFixed(1);
  // Carriage return and "erase line": the status line is one line long at most.
  const clear = () => screen?.write('\r\u001b[2K');
  const paint = () => {
    if (screen === undefined || shown === '') return;
    const text = `${translate('apply.progress', { done, total })} · ${seconds()} s · ${shown}`;
    screen.write(`\r\u001b[2K${text.slice(0, (screen.columns || 80) - 1)}`);
  };
  const clock = screen === undefined ? undefined : setInterval(paint, 250);
  clock?.unref();
  return {
    start: (name) => {
      shown = toPlainText(name);
      paint();
    },
    step: (name, phase, milliseconds) => {
      done += 1;
      clear();
      print(describeStep(name, phase, seconds(milliseconds), translate, style));
      paint();
    },
    advance: () => {
      done += 1;
      paint();
    },
    end: () => {
      if (clock !== undefined) clearInterval(clock);
      clear();
      shown = '';
      return seconds();
    },
  };
}

/** The word says what the sign and the colour say too. */
function describeStep(name: string, phase: Phase, seconds: string, translate: Translate, style: Style): string {
  const bad = phase === 'failed' || phase === 'refused' || phase === 'blocked';
  const quiet = phase === 'skipped' || phase === 'unchanged';
  const sign = bad ? style.red('✗') : quiet ? style.dim('·') : style.green('✓');
  return `  ${sign} ${translate(WORDS[phase])}  ${toPlainText(name)}  ${style.dim(`${seconds} s`)}`;
}
