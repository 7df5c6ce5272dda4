import { describe, expect, it } from 'vitest';
import { CANADIAN_OFFSETS, findOffsets, offsetsInYear } from './time-zone.ts';

describe('offsetsInYear', () => {
  it.each([...CANADIAN_OFFSETS])('%s is what the engine knows', (timeZone, offsets) => {
    expect(findOffsets(timeZone, 2026)).toEqual(offsets);
    expect(offsetsInYear(timeZone, 2026)).toEqual(offsets);
  });

  it.each([
    ['UTC', [0]],
    ['Asia/Kathmandu', [345]],
    ['America/Montreal', [-300, -240]],
  ] as const)('%s', (timeZone, offsets) => {
    expect(offsetsInYear(timeZone, 2026)).toEqual(offsets);
  });
});
