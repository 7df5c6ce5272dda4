import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ROOT } from '../../scripts/toolchain.mjs';
import { requireTool } from '../require-tool.ts';

const MAIN = join(ROOT, 'packages/create-mlops-model/src/main.ts');
const ENTER = '\r';
const CTRL_C = '\u0003';

interface Screen {
  readonly output: string;
  readonly exitCode: number;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'questions-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs us on a pseudo-terminal, and sends one key after the other, each when the next question has come. */
function type(
  keys: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  question: RegExp,
) {
  const { CI: _, TF_BUILD: __, ...own } = process.env;
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  // `script` lends its child a terminal of its own.
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: { ...own, TERM: 'xterm', TZ: 'UTC', ...env },
  });
  return new Promise<Screen>((resolve, reject) => {
    const rest = [...keys];
    let output = '';
    let fresh = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      fresh += text;
      if (!question.test(fresh)) return;
      fresh = '';
      const key = rest.shift();
      if (key !== undefined) setTimeout(() => child.stdin.write(key), 50);
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ output, exitCode: exitCode ?? -1 }));
  });
}

/** A new question on the repainted screen. */
const PAINTED = /◆/;
/** A new question in plain lines: a proposal in brackets at the end. */
const PLAIN = /\[[^\]\n]*\] $/;

requireTool('script')('the questions on a terminal', () => {
  it.each(['en', 'fr'].flatMap((lang) => [0, 1, 2, 3, 4, 5, 6].map((count) => [lang, count] as const)))(
    'in %s: Ctrl-C after %i answers ends with 130 and leaves nothing behind',
    async (lang, count) => {
      const keys = [...Array.from({ length: count }, () => ENTER), CTRL_C];
      const { output, exitCode } = await type(keys, ['--lang', lang, '--files-only'], {}, PAINTED);
      expect(exitCode).toBe(130);
      expect(readdirSync(folder)).toEqual([]);
      expect(output).toContain(lang === 'fr' ? 'Annulé.' : 'Cancelled.');
      // A cursor that was hidden is shown again.
      expect(output.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(output.lastIndexOf('\u001b[?25l'));
    },
  );

  it('make a project when all are answered, and show the line that repeats it', async () => {
    const keys = Array.from({ length: 7 }, () => ENTER);
    const { output, exitCode } = await type(keys, ['--lang', 'en', '--files-only'], {}, PAINTED);
    expect(output).toContain('--name=ottawa-over-asking --task=classification');
    expect(exitCode).toBe(0);
    expect(readdirSync(folder)).toEqual(['ottawa-over-asking']);
  });

  it('are plain lines with numbers for screen readers', async () => {
    const keys = ['churn\n', '2\n', '\n', '2\n', '\n', '\n'];
    const { output, exitCode } = await type(keys, ['--lang', 'en', '--files-only'], { ACCESSIBLE: '1' }, PLAIN);
    expect(output).toContain(
      'What does it predict?\r\n  1. a class, such as yes or no (classification)\r\n  2. a number (regression)\r\n',
    );
    expect(output).not.toMatch(/\u001b\[\?25l/);
    expect(output).toContain('--name=churn --task=regression --framework=sklearn --metric=mae');
    expect(exitCode).toBe(0);
  });

  it('end in plain lines too on Ctrl-C', async () => {
    const { output, exitCode } = await type(['\n', CTRL_C], ['--lang', 'fr'], { ACCESSIBLE: '1' }, PLAIN);
    expect(exitCode).toBe(130);
    expect(output).toContain('Annulé.');
    expect(output).not.toContain('Arrêt après');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are colourless on demand', async () => {
    const { output } = await type([CTRL_C], ['--lang', 'en'], { NO_COLOR: '1', FORCE_COLOR: '' }, PAINTED);
    expect(output).toContain('What is the model called?');
    expect(output).not.toMatch(/\u001b\[[\d;]*m/);
  });
});
