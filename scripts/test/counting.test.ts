import { describe, expect, it } from 'vitest';
import { describeResults, isGood, type RunnerResult } from './result.ts';
import { countTests } from './vitest-runner.ts';

const result: RunnerResult = { name: 'vitest', passed: 3, failed: 0, skipped: [], seconds: 1.25 };

describe('countTests', () => {
  it('counts tests, and a file that broke before its first test as one failure', () => {
    const counts = countTests({
      testResults: [
        {
          name: 'a',
          status: 'failed',
          message: '',
          assertionResults: [
            { status: 'passed', fullName: 'a one' },
            { status: 'failed', fullName: 'a two' },
            { status: 'skipped', fullName: 'az [needs az] three' },
          ],
        },
        { name: 'b', status: 'failed', message: 'SyntaxError', assertionResults: [] },
      ],
    });
    expect(counts).toEqual({ passed: 1, failed: 2, skipped: ['az [needs az] three'] });
  });
});

describe('describeResults', () => {
  it('ends with the plain line that adds all runners up', () => {
    const text = describeResults([result, { ...result, name: 'tsc', passed: 1, skipped: ['x [needs az]'] }]);
    expect(text.split('\n').at(-1)).toBe('4 passed, 0 failed, 1 skipped');
    expect(text).toContain('skipped        x [needs az]');
  });
});

describe('isGood', () => {
  it.each([
    [result, false, true],
    [{ ...result, failed: 1 }, false, false],
    [{ ...result, skipped: ['x'] }, false, true],
    [{ ...result, skipped: ['x'] }, true, false],
  ])('%o with REQUIRE=all %s → %s', (one, requireAll, expected) => {
    expect(isGood([one], requireAll)).toBe(expected);
  });
});
