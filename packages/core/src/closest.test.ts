import { describe, expect, it } from 'vitest';
import { findClosest } from './closest.ts';

const known = ['--name', '--task', '--time-zone', '--target', 'plan', 'apply', 'sandbox'];

describe('the word most likely meant', () => {
  it.each([
    ['--nmae', '--name'],
    ['--taks', '--task'],
    ['--timezone', '--time-zone'],
    ['PLAN', 'plan'],
    ['plam', 'plan'],
    ['sandbx', 'sandbox'],
    ['churn', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%s → %s', (word, meant) => {
    expect(findClosest(word, known)).toBe(meant);
  });
});
