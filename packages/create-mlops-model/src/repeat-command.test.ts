import { execFileSync } from 'node:child_process';
import { createTranslate } from '@create-mlops-model/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './flags.ts';
import { toCommandLine } from './repeat-command.ts';

/** What a POSIX shell makes of the line, without the program's name. */
function readByShell(line: string): string[] {
  const words = line.replace(/^npx \S+/, 'set --');
  const output = execFileSync('sh', ['-c', `${words}; for word in "$@"; do printf '%s\\0' "$word"; done`], {
    encoding: 'utf8',
  });
  return output.split('\0').slice(0, -1);
}

const { flags } = parseCommandLine([], '1.2.3', createTranslate('en'));
const text = fc.string({ unit: 'grapheme' }).filter((value) => !/[\0\p{Surrogate}]/u.test(value));

describe('the line that repeats a run', () => {
  it('means the same to a shell, whatever the answers', () => {
    fc.assert(
      fc.property(text, text, fc.boolean(), (titleEn, owner, gpu) => {
        const answers = { titleEn, owner, gpu, schedules: [{ cron: '0 6 * * 1' }, { cron: '*/5 * * * *' }] };
        const line = toCommandLine({ flags, directory: 'my dir', answers, target: 'sandbox', version: '1.2.3' });
        const read = parseCommandLine(readByShell(line), '1.2.3', createTranslate('en'));
        expect(read.flags).toMatchObject({ yes: true, target: 'sandbox', answers });
        expect(read.positionals).toEqual(['my dir']);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps the files and flags of the run', () => {
    const given = parseCommandLine(['--answers', 'a b.yaml', '--files-only'], '1.2.3', createTranslate('en')).flags;
    const line = toCommandLine({ flags: given, directory: undefined, answers: {}, target: 'azure', version: '2.0.0' });
    expect(line).toBe("npx create-mlops-model@2 --answers 'a b.yaml' --files-only --target=azure --yes");
  });
});
