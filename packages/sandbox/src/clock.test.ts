import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openClock } from './clock.ts';

function openAt(start: string) {
  const folder = mkdtempSync(join(tmpdir(), 'clock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const machine = { time: Date.parse(start) };
  return { machine, open: () => openClock(folder, () => machine.time) };
}

test('the clock runs on from where it was set, also after a restart', () => {
  const { machine, open } = openAt('2026-11-22T10:00:00Z');
  const clock = open();
  clock.set(new Date('2026-11-30T06:00:00Z'));
  machine.time += 60_000;
  expect(clock.now().toISOString()).toBe('2026-11-30T06:01:00.000Z');
  expect(open().now().toISOString()).toBe('2026-11-30T06:01:00.000Z');
});

test('the clock never goes back', () => {
  const { open } = openAt('2026-11-22T10:00:00Z');
  const clock = open();
  expect(() => clock.set(new Date('2026-11-22T09:59:59Z'))).toThrow('goes forward only');
  expect(clock.now().toISOString()).toBe('2026-11-22T10:00:00.000Z');
});
