import { Cancelled, createTranslate, toManifest, UserError } from '@create-mlops-model/core';
import { describe, expect, it } from 'vitest';
import { CTRL_C, fakeTerminal, type Reply } from '../../../test/fakes/terminal.ts';
import { ask } from './ask.ts';
import { parseCommandLine } from './flags.ts';

interface Run {
  readonly argv?: readonly string[];
  readonly replies?: readonly Reply[];
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly interactive?: boolean;
  readonly lang?: 'en' | 'fr';
}

async function run({ argv = [], replies = [], files = {}, env = {}, interactive = true, lang = 'en' }: Run) {
  const translate = createTranslate(lang);
  const { flags, positionals } = parseCommandLine(argv, '1.2.3', translate);
  const terminal = fakeTerminal(replies, lang, interactive);
  const readText = (path: string) => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  };
  const context = { flags, cwd: '/work', env, terminal, translate, version: '1.2.3' };
  return { terminal, asked: await ask({ context, directory: positionals[0], readText }) };
}

async function refusal(given: Run): Promise<string> {
  try {
    await run(given);
  } catch (error) {
    if (error instanceof UserError && error.code === 'usage') return `${error.message}\n${error.hint}`;
    throw error;
  }
  return '';
}

const enter = (count: number): Reply[] => Array.from({ length: count }, () => undefined);

describe('asking', () => {
  it('takes every proposal by Enter, and prints the line that does the same', async () => {
    const { asked, terminal } = await run({ argv: ['churn'], replies: enter(7) });
    expect(terminal.asked).toHaveLength(7);
    expect(asked).toMatchObject({ target: 'sandbox', wasAsked: true });
    expect(toManifest(asked.answers).model).toMatchObject({
      name: 'churn',
      task: 'classification',
      example: 'over-asking',
    });
    expect(asked.commandLine).toMatch(
      /^npx create-mlops-model@1 churn --name=churn .*--schedule='0 6 \* \* 1'.* --yes$/,
    );
  });

  it('repeats to the same answers', async () => {
    const replies = ['flood-risk', 'regression', 'lightgbm', 'mae', '*/30 * * * *', 'America/St_Johns'];
    const first = await run({ replies });
    const line = first.asked.commandLine.replace(/^\S+ \S+ /, '');
    const argv = line.split(/ (?=--)/).map((word) => word.replaceAll("'", ''));
    const again = await run({ argv, interactive: false });
    expect(again.asked.answers).toEqual(first.asked.answers);
    expect(again.terminal.asked).toEqual([]);
  });

  it('skips what is decided', async () => {
    const { terminal } = await run({ argv: ['--framework', 'custom', '--schedule', 'none'], replies: enter(3) });
    expect(terminal.asked).toEqual([
      'What is the model called?',
      'What does it predict?',
      'Which metric decides which model is better?',
    ]);
  });

  it('asks for Azure what only Azure needs', async () => {
    const id = '0a1b2c3d-0000-4000-8000-000000000001';
    const azure = [
      'contoso',
      'Data Science',
      id,
      'rg-ml',
      'mlw',
      'contosoml',
      'aks-ml',
      'https://adb-1.2.azuredatabricks.net',
    ];
    const { asked, terminal } = await run({ argv: ['--target', 'azure'], replies: [...enter(7), ...azure] });
    expect(terminal.asked).toHaveLength(15);
    expect(toManifest(asked.answers)).toMatchObject({
      devops: { organization: 'contoso' },
      azure: { subscription: id },
    });
    expect(
      (await run({ argv: ['--organization', 'contoso'], replies: [...enter(7), ...azure.slice(1)] })).asked.target,
    ).toBe('azure');
  });

  it('takes flags before the answers file, that before the defaults, and those before the person', async () => {
    const files = {
      '/work/a.yaml': 'model: { name: from-answers, owner: answers }',
      '/work/d.yaml': 'model: { name: from-defaults, owner: defaults, task: regression }\ndevops: { reviewers: 2 }',
    };
    const { asked } = await run({
      argv: ['--answers', 'a.yaml', '--owner', 'flag', '--yes'],
      env: { MLOPS_DEFAULTS: 'd.yaml' },
      files,
      interactive: false,
    });
    expect(asked.answers).toMatchObject({ name: 'from-answers', owner: 'flag', task: 'regression', reviewers: 2 });
    const other = await run({ argv: ['--defaults', 'd.yaml', '--yes'], env: { MLOPS_DEFAULTS: 'x.yaml' }, files });
    expect(other.asked.answers.name).toBe('from-defaults');
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('stops at once on Ctrl-C at question %i', async (count) => {
    await expect(run({ replies: [...enter(count), CTRL_C] })).rejects.toThrow(Cancelled);
  });

  it('speaks French, and puts French first then', async () => {
    const { asked, terminal } = await run({ replies: enter(7), lang: 'fr' });
    expect(terminal.asked[0]).toBe('Comment s’appelle le modèle\u202f?');
    expect(toManifest(asked.answers).languages).toEqual(['fr', 'en']);
  });
});

describe('without a person', () => {
  it('everything missing is named at once, each with its flag', async () => {
    const said = await refusal({ interactive: false });
    expect(said).toMatch(/^7 answers are missing/);
    for (const flag of ['--name', '--task', '--framework', '--example', '--metric', '--schedule', '--time-zone']) {
      expect(said).toContain(`  ${flag}  `);
    }
    expect(said).toContain('(default: classification)');
    expect(said).toContain('--yes');
  });

  it('--yes takes the defaults, but invents nothing for Azure', async () => {
    expect((await run({ argv: ['--yes'], interactive: false })).asked.answers.name).toBe('ottawa-over-asking');
    const said = await refusal({ argv: ['--yes', '--target', 'azure'], interactive: false });
    expect(said).toMatch(/^8 answers are missing/);
    expect(said).not.toContain('--name');
    expect(said).toContain('--databricks-host');
  });
});

const hostile = [
  'My Model',
  'MODEL',
  'modèle',
  'x'.repeat(300),
  '../x',
  'a;b',
  '$(x)',
  '${{ x }}',
  '{{x}}',
  'a\nb',
  `a'b`,
  'a"b',
  '-x',
  'con',
  'no',
  '1e3',
  '~',
];

describe.each(hostile)('the name %j', (name) => {
  const yaml = `model: { name: ${JSON.stringify(name)} }`;
  const rule = /a model's name has 3 to 40 characters.*Try: [a-z][a-z0-9-]{2,39}\n/s;

  it('is refused by flag', async () => {
    expect(await refusal({ argv: [`--name=${name}`, '--yes'] })).toMatch(rule);
  });

  it('is refused in an answers file', async () => {
    expect(await refusal({ argv: ['--answers', 'a.yaml', '--yes'], files: { '/work/a.yaml': yaml } })).toMatch(rule);
  });

  it('is refused in the defaults that the environment names', async () => {
    expect(await refusal({ argv: ['--yes'], env: { MLOPS_DEFAULTS: '/d.yaml' }, files: { '/d.yaml': yaml } })).toMatch(
      rule,
    );
  });

  it('is refused at the prompt', async () => {
    await expect(run({ replies: [name] })).rejects.toThrow(/refused: a model's name.*Try: /);
  });

  it('goes through unharmed as a title, unless it holds a control character', async () => {
    const given = { argv: [`--title-en=${name}`, '--yes'] };
    if (/\n/.test(name) || name.length > 100) expect(await refusal(given)).toContain('--title-en');
    else expect(toManifest((await run(given)).asked.answers).model.title.en).toBe(name);
  });
});

describe('files of answers', () => {
  it('that cannot be read are named', async () => {
    expect(await refusal({ argv: ['--answers', 'gone.yaml'] })).toContain('The file gone.yaml cannot be read');
  });

  it('show where they are wrong', async () => {
    const files = { '/work/a.yaml': 'model:\n  nmae: x\n' };
    expect(await refusal({ argv: ['--answers', 'a.yaml'], files })).toContain(
      'a.yaml:2:3 there is no field "nmae" here. Did you mean "name"?',
    );
  });

  it('hold no secrets', async () => {
    const files = { '/work/a.yaml': 'devops: { pat: abc }' };
    const said = await refusal({ argv: ['--answers', 'a.yaml'], files });
    expect(said).toContain('AZURE_DEVOPS_EXT_PAT');
    expect(said).not.toContain('abc');
  });
});
