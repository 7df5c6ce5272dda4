import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeLineReader } from './line-reader.ts';
import { makeMasker } from './mask-secrets.ts';
import { makeStepLog } from './step-log.ts';

const mask = (secrets: readonly string[], text: string) => {
  const masker = makeMasker();
  for (const secret of secrets) masker.add(secret);
  return masker.mask(text);
};

describe('secrets in text', () => {
  it.each([
    [['abc'], 'xabcx', 'x***x'],
    [['abc', 'bcd'], 'xabcdx', 'x***x'],
    [['ab', 'abcd'], 'abcd ab', '*** ***'],
    [['aa'], 'aaaa', '***'],
    [['a"b\\c'], '{"k":"a\\"b\\\\c"}', '{"k":"***"}'],
    [['a b&c'], '?q=a%20b%26c', '?q=***'],
    [['first line\nsecond line'], 'the first line', 'the ***'],
    [['{\n  "key": "value"\n}'], '{ }', '{ }'],
    [[], 'https://me:pass@host/x', 'https://me:***@host/x'],
    [[''], 'untouched', 'untouched'],
  ])('%j in %j', (secrets, text, expected) => {
    expect(mask(secrets, text)).toBe(expected);
  });

  // A star is what takes a secret's place, so one with stars could come about by hiding another.
  const secret = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !text.includes('*') && text.trim() !== '');

  it('none is left in any line of a log, however it got there', () => {
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.array(fc.string(), { maxLength: 6 }),
        (secrets, rest) => {
          const masker = makeMasker();
          for (const one of secrets) masker.add(one);
          const lines: string[] = [];
          const log = makeStepLog({ write: (line) => lines.push(line), end: () => {} }, masker, () => 0);
          const text = secrets.map((one, index) => `${rest[index] ?? ''}${one}`).join('') + rest.join('\n');
          log.write(text);
          log.error(text);
          const said = [
            ...lines.map((line) => line.slice(line.indexOf(' ') + 1)),
            ...log.issues.map(({ message }) => message),
          ];
          // `##[error]` is the agent's own and may happen to hold a letter that is secret.
          const bare = said.map((line) => line.replace(/^##\[error\]/, ''));
          expect(bare.filter((line) => secrets.some((one) => line.includes(one)))).toEqual([]);
        },
      ),
    );
  });

  it('none is left where a line without end comes in pieces', () => {
    const masker = makeMasker();
    masker.add('top-secret-value');
    const pieces: string[] = [];
    const reader = makeLineReader(masker, (line) => pieces.push(masker.mask(line)));
    // The secret begins before the place of the cut and ends behind it.
    reader.add(Buffer.from(`${'x'.repeat(1024 * 1024 - 3)}top-sec`));
    reader.add(Buffer.from(`ret-value${'y'.repeat(1024 * 1024)}`));
    reader.end();
    expect(pieces.join('')).toContain('x***y');
    expect(pieces.join('')).not.toMatch(/top|secret|value/);
  });

  it('a character whose bytes come apart stays whole', () => {
    const lines: string[] = [];
    const reader = makeLineReader(makeMasker(), (line) => lines.push(line));
    const bytes = Buffer.from('é\r\nü');
    for (const byte of bytes) reader.add(Buffer.from([byte]));
    reader.end();
    expect(lines).toEqual(['é', 'ü']);
  });
});
