import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createTranslate, type MessageKey } from '../../packages/core/src/index.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { requireTool } from '../require-tool.ts';
import { everyObject, listObjects } from './inventory.ts';
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts';
import { collect, PRODUCT, PRODUCT_NODE, toEnvironment } from './product.ts';

type Lang = 'en' | 'fr';

/** What to wait for, and what to type then. */
type Step = readonly [expect: string, send: string];

const ENTER = '\r';
const DOWN = '\u001b[B';
const CTRL_C = '\u0003';
const CTRL_U = '\u0015';

const QUESTIONS: readonly MessageKey[] = [
  'question.name',
  'question.task',
  'question.framework',
  'question.example',
  'question.metric',
  'question.schedules',
  'question.timeZone',
];

/** Short enough to stand on one line of the screen. */
const ask = (lang: Lang, key: MessageKey) => createTranslate(lang)(key).slice(0, 30);
const CONFIRM = { en: 'Apply these', fr: 'Appliquer ces' } as const;

requireTool('python3')('create in a terminal', () => {
  let sandbox: OwnSandbox;
  beforeAll(async () => {
    sandbox = await startOwnSandbox();
    await sandbox.control('PUT', 'organizations/sandbox/projects/mlops');
    mkdirSync(join(sandbox.root, 'work'));
  });
  afterAll(() => sandbox?.stop());

  /** Talks to `create` in a terminal 120 columns wide. */
  async function talk(lang: Lang, args: readonly string[], steps: readonly Step[], more: Record<string, string> = {}) {
    const folder = mkdtempSync(join(sandbox.root, 'work/terminal-'));
    const { home, env } = sandbox.options(folder);
    const environment = toEnvironment(home, { ...env, TERM: 'xterm-256color', LANG: `${lang}_CA.UTF-8`, ...more });
    const child = spawn('python3', [join(ROOT, 'test/e2e/terminal.py')], { stdio: ['pipe', 'pipe', 'pipe'] });
    const ended = collect(child);
    const command = [PRODUCT_NODE, PRODUCT, 'create', ...args];
    const wanted = steps.map(([text, send]) => ({ expect: text, send }));
    child.stdin?.end(JSON.stringify({ command, folder, environment, steps: wanted }));
    const { exitCode, stdout, stderr } = await ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const said = JSON.parse(stdout) as { exitCode: number; shown: string };
    return { folder, exitCode: said.exitCode, screen: toPlain(said.shown) };
  }

  test.each(['en', 'fr'] as const)('all of it, in %s', { timeout: 90_000 }, async (lang) => {
    const t = createTranslate(lang);
    const model = `asked-in-${lang}`;
    const steps: readonly Step[] = [
      [ask(lang, 'question.name'), `Bad Name${ENTER}`],
      ['bad-name', `${CTRL_U}${model}${ENTER}`],
      [ask(lang, 'question.task'), DOWN + ENTER],
      [ask(lang, 'question.framework'), DOWN + ENTER],
      // A regression: the example is no longer asked for, and the metrics are others.
      [ask(lang, 'question.metric'), DOWN + ENTER],
      [ask(lang, 'question.schedules'), `61 6 * * *${ENTER}`],
      ['61', `${CTRL_U}30 5 1 * *${ENTER}`],
      [ask(lang, 'question.timeZone'), `America/Toronto${ENTER}`],
      [CONFIRM[lang], ENTER],
    ];
    const { folder, exitCode, screen } = await talk(lang, [], steps);
    expect(exitCode).toBe(0);
    const manifest = parse(readFileSync(join(folder, model, 'mlops.yaml'), 'utf8'));
    expect(manifest.model).toMatchObject({ name: model, task: 'regression', framework: 'lightgbm', example: 'none' });
    expect(manifest.model.metric).toMatchObject({ name: 'mae', goal: 'minimize' });
    expect(manifest.retraining.schedules).toEqual([{ cron: '30 5 1 * *', timeZone: 'America/Toronto' }]);
    expect(manifest.languages[0]).toBe(lang);
    expect(await listObjects(sandbox, model)).toEqual(everyObject(model));

    const order = ['create.intro', 'create.asking', ...QUESTIONS, 'report.links', 'report.nextRuns', 'report.repeat'];
    const places = order
      .filter((key) => key !== 'question.example')
      .map((key) => screen.indexOf(ask(lang, key as MessageKey)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(screen).not.toContain(ask(lang, 'question.example'));
    expect(screen).toContain(t('choice.metric.mae'));
    // No key in place of its text, no placeholder left, nothing of the other language.
    expect(screen).not.toMatch(/(question|choice|create|report|plan)\.[a-z]+[A-Za-z.]*\b(?!\w)|undefined|\{[a-z]+\}/);
    const other = createTranslate(lang === 'en' ? 'fr' : 'en');
    for (const key of [...QUESTIONS, 'create.intro', 'report.repeat', 'report.links'] as MessageKey[]) {
      expect(screen).not.toContain(other(key).slice(0, 30));
    }

    const line = screen.split('\n').find((text) => text.trim().startsWith('npx create-mlops-model@0 ')) ?? '';
    const again = line.trim().replace('npx create-mlops-model@0', `'${PRODUCT_NODE}' '${PRODUCT}'`);
    const second = mkdtempSync(join(sandbox.root, 'work/again-'));
    const child = spawn('sh', ['-c', `${again} --files-only --lang ${lang}`], {
      cwd: second,
      env: toEnvironment(join(second, '.home')),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(await collect(child)).toMatchObject({ exitCode: 0, stderr: '' });
    const text = readFileSync(join(second, model, 'mlops.yaml'), 'utf8');
    expect(text).toBe(readFileSync(join(folder, model, 'mlops.yaml'), 'utf8'));
  });

  const stops = (['en', 'fr'] as const).flatMap((lang) =>
    [...QUESTIONS, 'confirm' as const].map((at, index) => ({ lang, at, index })),
  );
  test.each(stops)('Ctrl-C at $at in $lang leaves nothing behind: 130', async ({ lang, at, index }) => {
    const steps = QUESTIONS.slice(0, index).map((key): Step => [ask(lang, key), ENTER]);
    const last: Step = [at === 'confirm' ? CONFIRM[lang] : ask(lang, at), CTRL_C];
    const { folder, exitCode, screen } = await talk(lang, ['stopped-model'], [...steps, last]);
    expect(exitCode).toBe(130);
    expect(screen).toContain(createTranslate(lang)('error.cancelled'));
    expect(readdirSync(folder)).toEqual([]);
    expect(await listObjects(sandbox, 'stopped-model')).toEqual([]);
  });

  test('no is an answer too', async () => {
    const steps = QUESTIONS.map((key): Step => [ask('en', key), ENTER]);
    const { folder, exitCode, screen } = await talk('en', ['declined'], [...steps, [CONFIRM.en, `n${ENTER}`]]);
    expect(exitCode).toBe(130);
    expect(screen).toContain('Nothing was changed.');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('for a screen reader: plain lines, nothing repainted', async () => {
    const steps = QUESTIONS.map((key): Step => [ask('en', key), ENTER]);
    const { folder, exitCode, screen } = await talk('en', ['plain', '--files-only'], steps, { ACCESSIBLE: '1' });
    expect(exitCode).toBe(0);
    expect(screen).toContain('  1. a class, such as yes or no (classification)');
    expect(screen).not.toMatch(/[│◆◇└]/);
    expect(parse(readFileSync(join(folder, 'plain/mlops.yaml'), 'utf8')).model.name).toBe('plain');
  });
});

/** What the terminal showed, without what moves the cursor and colours. */
function toPlain(shown: string): string {
  return shown.replace(/\u001b\[[?\d;]*[A-Za-z]/g, '').replaceAll('\r', '');
}
