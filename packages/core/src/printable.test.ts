import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPlainText, toPrintable } from './printable.ts';

const print = (text: string) => toPrintable(text, { inPipeline: false });

describe('text on a terminal', () => {
  it.each([
    ['\u001b[2J\u001b[Hgone', 'gone'],
    ['\u001b]0;title\u0007shown', 'shown'],
    ['\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['a\rb', 'ab'],
    ['a\u009b31mb', 'a31mb'],
    ['a\u202eb', 'ab'],
    ['\u001b[8mhidden', 'hidden'],
    ['\u001bc', ''],
    ['tab\tand\nline', 'tab\tand\nline'],
    ['\u001b[31mred\u001b[39m', '\u001b[31mred\u001b[39m'],
  ])('%j is shown as %j', (text, shown) => {
    expect(print(text)).toBe(shown);
  });

  it('moves nothing, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('\u001b', '[', '3', '1', 'm', ';', 'H', ']', '\u0007', '\u009b', 'x', '\ue000'),
        }),
        (text) => {
          expect(print(text).replace(/\u001b\[(?:[12]|22|3[1-6]|39)m/g, '')).not.toMatch(
            /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/,
          );
        },
      ),
    );
  });

  it('gives no command to a pipeline agent', () => {
    const text = 'x ##vso[task.setvariable variable=a]b and ##[error]c';
    expect(toPrintable(text, { inPipeline: true })).not.toMatch(/##(vso)?\[/);
    expect(print(text)).toBe(text);
  });

  it('of others is one plain line', () => {
    expect(toPlainText('  \u001b[31mtwo\u001b[0m\n lines ')).toBe('two lines');
  });
});
