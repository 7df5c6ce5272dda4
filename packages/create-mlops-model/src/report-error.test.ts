import { Cancelled, createTranslate, UserError } from '@create-mlops-model/core';
import { describe, expect, it } from 'vitest';
import { describeError } from './report-error.ts';

const context = { translate: createTranslate('en'), debug: false, version: '1.2.3', secrets: ['s3cr3t-s3cr3t'] };

describe('an error', () => {
  it('of the person’s is said without a stack, with the next step', () => {
    const report = describeError(
      new UserError('forbidden', { en: 'No right.', fr: 'Aucun droit.' }, 'Ask them.'),
      context,
    );
    expect(report).toMatchObject({ exitCode: 4, lines: ['Error: No right.', 'Ask them.'] });
    expect(report.document).toEqual({
      schema: 1,
      kind: 'error',
      code: 'forbidden',
      message: 'No right.',
      hint: 'Ask them.',
      exitCode: 4,
    });
    const french = describeError(new UserError('forbidden', { en: 'No right.', fr: 'Aucun droit.' }), {
      ...context,
      translate: createTranslate('fr'),
    });
    expect(french.lines).toEqual([
      'Erreur\u00a0: Aucun droit.',
      'Les droits qui vous manquent et qui peut les donner\u00a0: npx create-mlops-model@1 doctor',
    ]);
  });

  it('shows its stack and causes with --debug', () => {
    const error = new UserError('failed', 'It broke.', undefined, { cause: new Error('the reason') });
    expect(describeError(error, { ...context, debug: true }).lines.join('\n')).toMatch(
      /at .*\ncaused by: Error: the reason/s,
    );
  });

  it('by Ctrl-C is no failure', () => {
    expect(describeError(new Cancelled(), context)).toMatchObject({ exitCode: 130, document: { code: 'cancelled' } });
  });

  it('of ours comes with stack, versions and where to report it, but no secret', () => {
    const report = describeError(new TypeError('x is s3cr3t-s3cr3t'), context);
    const text = report.lines.join('\n');
    expect(report).toMatchObject({ exitCode: 1, document: { code: 'bug' } });
    expect(text).toContain('report-error.test.ts');
    expect(text).toContain(`create-mlops-model 1.2.3, Node.js ${process.version}`);
    expect(text).toContain('npm bugs create-mlops-model');
    expect(text + JSON.stringify(report.document)).not.toContain('s3cr3t-s3cr3t');
    expect(describeError('just text', context).document.message).toBe('just text');
  });
});
