import { describe, expect, test } from 'vitest';
import { parseCommands, withReasons } from './receive-pack.ts';

const OLD = '1'.repeat(40);
const NEW = '2'.repeat(40);

function packet(text: string): string {
  return (text.length + 4).toString(16).padStart(4, '0') + text;
}

describe('the beginning of a push', () => {
  test('names each ref, its old and its new commit', () => {
    const body = `${packet(`${OLD} ${NEW} refs/heads/main\0 report-status agent=git/2.39\n`)}${packet(`${OLD} ${NEW} refs/heads/b c\n`)}0000PACK…`;
    expect(parseCommands(Buffer.from(body))).toEqual([
      { oldId: OLD, newId: NEW, ref: 'refs/heads/main' },
      { oldId: OLD, newId: NEW, ref: 'refs/heads/b c' },
    ]);
  });

  test.each(['', '0000', 'zz', 'PACK'])('%j holds no command', (body) => {
    expect(parseCommands(Buffer.from(body))).toEqual([]);
  });
});

describe('the report of a push', () => {
  const refusals = new Map([['refs/heads/main', 'TF402455: no']]);
  const report = `${packet('unpack ok\n')}${packet('ng refs/heads/main hook declined\n')}${packet('ok refs/heads/b\n')}0000`;
  const expected = `${packet('unpack ok\n')}${packet('ng refs/heads/main TF402455: no\n')}${packet('ok refs/heads/b\n')}0000`;

  test('gets the reason of a refused ref, and only that', () => {
    expect(withReasons(Buffer.from(report), refusals).toString()).toBe(expected);
  });

  test('also inside a side band', () => {
    const answer = withReasons(Buffer.from(`${packet('\x02remote: hello\n')}${packet(`\x01${report}`)}0000`), refusals);
    expect(answer.toString()).toBe(`${packet('\x02remote: hello\n')}${packet(`\x01${expected}`)}0000`);
  });

  test('stays as it is where nothing was refused', () => {
    expect(withReasons(Buffer.from(report), new Map()).toString()).toBe(report);
  });
});
