import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { checkModelName } from '../../packages/core/src/index.ts';
import { collect, PRODUCT, PRODUCT_NODE, type Ran, runProduct, toEnvironment } from './product.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'mlops-bad-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder of its own for each case, and the product run in it; where the sandbox would be there is nothing. */
function aFolder(files: Readonly<Record<string, string>> = {}) {
  const cwd = mkdtempSync(join(root, 'case-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  const home = join(cwd, '.home');
  mkdirSync(home);
  return {
    cwd,
    run: (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      runProduct(args, { cwd, home, env: { MLOPS_SANDBOX_HOME: join(home, 'sandbox'), ...env } }),
    /** Names of what lies there. */
    list: () => [...readdirSync(cwd), ...readdirSync(home)].filter((name) => name !== '.home'),
  };
}

const NAMES: Readonly<Record<string, string>> = {
  spaces: 'ottawa over asking',
  'upper case': 'Ottawa',
  accents: 'prévision-été',
  'three hundred characters': 'a'.repeat(300),
  'a path': '../../etc/passwd',
  'an absolute path': '/tmp/model',
  'a shell command': 'model;rm -rf x',
  'a shell substitution': '$(id)',
  backticks: '`id`',
  'a pipeline macro': '$(Build.SourceBranch)',
  'a pipeline expression': '${{ variables.x }}',
  'a template expression': '{{name}}',
  'a line break': 'model\nname: other',
  quotes: `it's "mine"`,
  'a leading dash': '-rf',
  'two leading dashes': '--yes',
  'a Windows device': 'nul',
  'a Windows device with a number': 'com1',
  'YAML no': 'no',
  'a YAML number': '1e3',
  'YAML null': '~',
  'YAML true': 'true',
  'a name of Kubernetes': 'kube-system',
  nothing: '',
  'a null byte': 'model\u0000x',
  'right-to-left marks': 'model\u202eledom',
};

describe('names that cannot be a model’s', () => {
  test.each(Object.entries(NAMES))('%s', { timeout: 60_000 }, async (_, name) => {
    // JSON is YAML in which every text stands in quotes.
    const answers = JSON.stringify({ model: { name } });
    const routes: Promise<[string, Ran]>[] = [];
    const add = (route: string, run: Promise<Ran>) => routes.push(run.then((ran) => [route, ran]));
    const flag = aFolder();
    // No program can be given a null byte as an argument.
    if (!name.includes('\u0000')) add('flag', flag.run(['create', 'here', `--name=${name}`, '--files-only', '--yes']));
    const file = aFolder({ 'answers.yaml': answers });
    add('answers', file.run(['create', 'here', '--answers', 'answers.yaml', '--files-only', '--yes']));
    const defaults = aFolder({ 'defaults.yaml': answers });
    add('defaults', defaults.run(['create', 'here', '--files-only', '--yes'], { MLOPS_DEFAULTS: 'defaults.yaml' }));
    const manifest = aFolder({ 'mlops.yaml': JSON.stringify({ ...MANIFEST, model: { ...MANIFEST.model, name } }) });
    add('manifest', manifest.run(['plan']));

    for (const [route, ran] of await Promise.all(routes)) {
      expect({ route, exitCode: ran.exitCode, rule: RULE.test(ran.stderr) }).toEqual({
        route,
        exitCode: 2,
        rule: true,
      });
      const proposal = /Try: (\S+)/.exec(ran.stderr)?.[1] ?? '';
      expect({ proposal, fits: checkModelName(proposal) }).toEqual({ proposal, fits: true });
      // Not one character that a terminal or the agent of Azure Pipelines would obey.
      expect(ran.stderr).not.toMatch(/[\u0000\u001b\u202e]/);
    }
    expect([flag, file, defaults, manifest].map((folder) => folder.list())).toEqual([
      [],
      ['answers.yaml'],
      ['defaults.yaml'],
      ['mlops.yaml'],
    ]);
  });

  const RULE = /a model's name has 3 to 40 characters: lower-case letters without accents/;
  const MANIFEST = {
    version: 1,
    model: {
      name: '',
      title: { en: 'T', fr: 'T' },
      description: { en: '', fr: '' },
      owner: '',
      task: 'classification',
      framework: 'sklearn',
      example: 'none',
      metric: { name: 'log_loss', goal: 'minimize' },
      select: 'best',
    },
  };

  test('YAML that means two things is refused where it stands', async () => {
    for (const [source, place] of [
      ['model:\n  name: no\n', '2:9'],
      ['model:\n  name: 1e3\n', '2:9'],
      ['model:\n  name: ~\n', '2:9'],
      ['model: { name: yes }\n', '1:16'],
    ] as const) {
      const folder = aFolder({ 'a.yaml': source });
      const ran = await folder.run(['create', 'here', '--answers', 'a.yaml', '--files-only', '--yes']);
      expect({ source, exitCode: ran.exitCode }).toEqual({ source, exitCode: 2 });
      expect(ran.stderr).toContain(`a.yaml:${place} `);
      expect(folder.list()).toEqual(['a.yaml']);
    }
  });

  test('a folder may be called what its model may not', async () => {
    const folder = aFolder();
    const ran = await folder.run(['create', 'Prévision des crues', '--files-only', '--yes']);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const manifest = parse(readFileSync(join(folder.cwd, 'Prévision des crues/mlops.yaml'), 'utf8'));
    expect(manifest.model.name).toBe('prevision-des-crues');
  });
});

describe('free text', () => {
  const SHORT = `it"s $(id) \${{ variables.x }} {{x}} \`id\` \\ ; rm -rf / # é 🏠 <b>&amp; %P% [a](b) *x* : @'!`;
  const LONG = `- ${SHORT} ##vso[task.complete] | _y_ """ ''' \\\\ $x \${y} <script>alert(1)</script> --> {% raw %} \\n`;
  const ANSWERS = { title: { en: SHORT, fr: SHORT }, description: { en: LONG, fr: LONG }, owner: LONG };
  const PLAIN = { title: { en: 'T', fr: 'T' }, description: { en: 'D', fr: 'D' }, owner: 'O' };
  let hard: string;
  let plain: string;
  beforeAll(async () => {
    const make = async (answers: typeof PLAIN, ...more: string[]) => {
      const folder = aFolder({ 'a.yaml': stringify({ model: { name: 'same-name', ...answers } }) });
      const args = ['create', 'here', '--answers', 'a.yaml', '--files-only', '--yes', ...more];
      expect(await folder.run(args)).toMatchObject({ exitCode: 0, stderr: '' });
      return join(folder.cwd, 'here');
    };
    [hard, plain] = await Promise.all([make(ANSWERS), make(PLAIN)]);
  });

  const read = (path: string) => readFileSync(join(hard, path), 'utf8');

  test('arrives in YAML and JSON as it was', () => {
    expect(parse(read('mlops.yaml')).model).toMatchObject(ANSWERS);
    for (const lang of ['en', 'fr']) {
      const { info } = JSON.parse(read(`api/openapi.${lang}.json`));
      expect(info).toMatchObject({ title: SHORT, description: LONG });
    }
    expect(() => JSON.parse(read('mlops.lock'))).not.toThrow();
  });

  test('is text and nothing else in Markdown', () => {
    const withoutEscapes = (text = '') => text.replace(/\\([!-/:-@[-`{-~])/g, '$1');
    for (const path of ['README.md', 'LISEZMOI.md']) {
      const lines = read(path).split('\n');
      expect(withoutEscapes(lines[0])).toBe(`# ${SHORT}`);
      expect(withoutEscapes(lines[2])).toBe(LONG);
      expect(lines[2]).toMatch(/^\\- /);
      // Neither a tag nor an entity, a link, a table's next cell or an expression is left.
      expect(`${lines[0]}\n${lines[2]}`).not.toMatch(/(?<!\\)(<|&amp;|\[a\]|\||\{\{|`)/);
    }
  });

  test('the same by flags', async () => {
    const flags = [
      `--title-en=${SHORT}`,
      `--title-fr=${SHORT}`,
      `--description-en=${LONG}`,
      `--description-fr=${LONG}`,
    ];
    const folder = aFolder();
    const args = ['create', 'here', '--name=same-name', `--owner=${LONG}`, ...flags, '--files-only', '--yes'];
    expect(await folder.run(args)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readFileSync(join(folder.cwd, 'here/mlops.yaml'), 'utf8')).toBe(read('mlops.yaml'));
  });

  test('no pipeline, script, image or program differs by a byte', () => {
    const files = listAll(hard);
    expect(files).toEqual(listAll(plain));
    expect(files.length).toBeGreaterThan(100);
    const differing = files.filter((path) => read(path) !== readFileSync(join(plain, path), 'utf8'));
    expect(differing).toEqual([
      'LISEZMOI.md',
      'ONBOARDING.md',
      'README.md',
      'api/openapi.en.json',
      'api/openapi.fr.json',
      // Remembers what a seed file was.
      'mlops.lock',
      'mlops.yaml',
    ]);
  });
});

describe('the target folder', () => {
  const args = (folder: string) => ['create', folder, '--name', 'a-model', '--files-only', '--yes'];

  test('holds other things', async () => {
    const folder = aFolder();
    mkdirSync(join(folder.cwd, 'here'));
    writeFileSync(join(folder.cwd, 'here/notes.txt'), 'mine');
    const ran = await folder.run(args('here'));
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(`The folder ${join(folder.cwd, 'here')} holds other things.`);
    expect(ran.stderr).toContain('npx create-mlops-model@0');
    expect(readdirSync(join(folder.cwd, 'here'))).toEqual(['notes.txt']);
  });

  test('is a file', async () => {
    const folder = aFolder({ here: 'mine' });
    const ran = await folder.run(args('here'));
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(`${join(folder.cwd, 'here')} is a file`);
    expect(readFileSync(join(folder.cwd, 'here'), 'utf8')).toBe('mine');
  });

  test('leads elsewhere, or nowhere, through a link', async () => {
    const folder = aFolder();
    mkdirSync(join(folder.cwd, 'real'));
    symlinkSync('real', join(folder.cwd, 'here'));
    symlinkSync('/nowhere/at/all', join(folder.cwd, 'there'));
    const ran = await folder.run(args('here'));
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(`Give the real folder: ${join(folder.cwd, 'real')}`);
    expect((await folder.run(args('there'))).exitCode).toBe(2);
    expect(readdirSync(join(folder.cwd, 'real'))).toEqual([]);
    expect(existsSync('/nowhere')).toBe(false);
  });

  test('a link planted inside leads out', async () => {
    const folder = aFolder();
    for (const name of ['here', 'outside']) mkdirSync(join(folder.cwd, name));
    symlinkSync('../outside', join(folder.cwd, 'here/notebooks'));
    const ran = await folder.run(args('here'));
    expect(ran.exitCode).not.toBe(0);
    expect(ran.stderr).toContain('symbolic link');
    expect(readdirSync(join(folder.cwd, 'outside'))).toEqual([]);
    expect(readdirSync(join(folder.cwd, 'here'))).toEqual(['notebooks']);
  });

  const isRoot = process.getuid?.() === 0;
  const canDemote = isOpenToAll(PRODUCT) && isOpenToAll(realpathSync(PRODUCT_NODE));
  test.skipIf(isRoot && !canDemote)('may not be written to [needs a program that other users can read]', async () => {
    const folder = aFolder();
    const locked = join(folder.cwd, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o555);
    for (const path of [root, folder.cwd]) chmodSync(path, 0o755);
    // Rights do not bind root.
    const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    const env = toEnvironment(join(folder.cwd, '.home'));
    const start = (target: string) =>
      collect(
        spawn(PRODUCT_NODE, [PRODUCT, ...args(target)], {
          cwd: folder.cwd,
          env,
          stdio: ['ignore', 'pipe', 'pipe'],
          ...nobody,
        }),
      );
    for (const target of ['locked', 'locked/deeper/here']) {
      const ran = await start(target);
      expect(ran.exitCode).toBe(1);
      expect(ran.stderr).toContain(`The folder ${join(folder.cwd, target)} cannot be written to.`);
    }
    expect(readdirSync(locked)).toEqual([]);
  });
});

describe('files that people wrote', () => {
  test('malformed, unknown and misspelt: every problem with its line and column', async () => {
    const text = [
      'model:',
      '  name: river-level',
      '  framwork: sklearn',
      '  metric: { name: log_loss, goal: smallest }',
      'colour: blue',
      'devops: { token: abc }',
      '',
    ].join('\n');
    const folder = aFolder({ 'a.yaml': text, 'tab.yaml': 'model:\n\tname: x\n', 'open.yaml': 'model: { name: x\n' });
    const ran = await folder.run(['create', 'here', '--answers', 'a.yaml', '--files-only', '--yes']);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('a.yaml cannot be used, for 4 reasons:');
    expect(ran.stderr).toContain('a.yaml:3:3 there is no field "framwork" here. Did you mean "framework"?');
    expect(ran.stderr).toMatch(/a\.yaml:4:35 model\.metric\.goal: must be one of: minimize, maximize; not "smallest"/);
    expect(ran.stderr).toMatch(/a\.yaml:5:1 there is no field "colour" here/);
    expect(ran.stderr).toMatch(/a\.yaml:6:11 "token" looks like a secret/);
    for (const file of ['tab.yaml', 'open.yaml']) {
      const broken = await folder.run(['create', 'here', '--answers', file, '--files-only', '--yes']);
      expect(broken.exitCode).toBe(2);
      expect(broken.stderr).toMatch(new RegExp(`${file}:\\d+:\\d+ `));
    }
    const missing = await folder.run(['create', 'here', '--answers', 'none.yaml', '--files-only', '--yes']);
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain('The file none.yaml cannot be read');
    expect(existsSync(join(folder.cwd, 'here'))).toBe(false);
  });

  test('the same in French, and as a document', async () => {
    const folder = aFolder({ 'a.yaml': 'model:\n  framwork: sklearn\n' });
    const ran = await folder.run(['create', 'x', '--answers', 'a.yaml', '--yes', '--lang', 'fr', '--json']);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toMatch(/a\.yaml:2:3 .*«\u00a0framework\u00a0»/);
    expect(JSON.parse(ran.stdout)).toMatchObject({ schema: 1, kind: 'error', code: 'usage', exitCode: 2 });
  });
});

describe('command lines', () => {
  test('flags that npm kept for itself come back as a line that works', async () => {
    const folder = aFolder();
    // `npm create mlops-model here --task regression --title-en=Rivers`, without `--` before the flags.
    const env = { npm_command: 'init', npm_config_task: 'true', npm_config_title_en: 'Rivers' };
    const ran = await folder.run(['here', 'regression'], env);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('npm took these flags for itself');
    expect(ran.stderr).toContain('npm create mlops-model@latest -- here ');
    expect(ran.stderr).toContain('--task regression');
    expect(ran.stderr).toContain('--title-en Rivers');
    expect(folder.list()).toEqual([]);
  });

  test('stray words, near misses, unknown flags and doubled ones', async () => {
    const folder = aFolder();
    const cases: readonly [readonly string[], string][] = [
      [['here', 'regression', 'mae'], '"regression" is one word too many'],
      [['plam'], 'Did you mean plan?'],
      [['create', 'here', '--taks', 'regression'], 'Did you mean --task?'],
      [['create', 'here', '--name', 'a-model', '--name', 'b-model'], '--name is given more than once'],
      [['create', 'here', '--name'], 'The flag --name needs a value.'],
      [['plan', '--yes'], 'There is no flag --yes for "plan".'],
      [['apply', '--from', 'worktree'], 'There is no flag --from for "apply".'],
      [['plan', '--lang', 'de'], '--lang can be: en, fr.'],
      [['plan'], 'There is no mlops.yaml in'],
    ];
    for (const [args, said] of cases) {
      const ran = await folder.run(args);
      expect({ args, exitCode: ran.exitCode }).toEqual({ args, exitCode: 2 });
      expect(ran.stderr).toContain(said);
    }
    expect(folder.list()).toEqual([]);
  });

  test('a secret on the command line is refused and not repeated', async () => {
    const folder = aFolder();
    // Made here, so that no file holds anything that looks like a token.
    const token = `dapi${'0123456789abcdef'.repeat(2)}`;
    for (const args of [
      ['create', 'here', '--token', token],
      ['create', 'here', `--pat=${token}`],
      ['create', 'here', '--password', token, '--yes'],
      ['apply', '--databricks-token', token],
      ['create', 'here', '--owner', token, '--yes'],
      ['create', 'here', '--organization', `https://me:${token}@dev.azure.com/contoso`, '--yes'],
    ]) {
      const ran = await folder.run(args);
      expect({ args: args.slice(0, 3), exitCode: ran.exitCode }).toEqual({ args: args.slice(0, 3), exitCode: 2 });
      expect(ran.stdout + ran.stderr).not.toContain(token);
      expect(ran.stderr).toMatch(/looks like a (secret|token)/);
    }
    expect(folder.list()).toEqual([]);
  });

  test('without a terminal every missing answer is listed at once, with its flag', async () => {
    const folder = aFolder();
    const ran = await folder.run(['create', 'here']);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr.match(/^ {2}--[a-z-]+ /gm)?.map((flag) => flag.trim())).toEqual([
      '--name',
      '--task',
      '--framework',
      '--example',
      '--metric',
      '--schedule',
      '--time-zone',
    ]);
    const azure = await folder.run(['create', 'here', '--yes', '--target', 'azure']);
    expect(azure.exitCode).toBe(2);
    expect(azure.stderr.match(/^ {2}--[a-z-]+ /gm)).toHaveLength(8);
    expect(folder.list()).toEqual([]);
  });
});

function listAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('.git/'))
    .sort();
}

/** Whether any user may reach and read it. */
function isOpenToAll(file: string): boolean {
  const above = file.split('/').map((_, index, all) => all.slice(0, index).join('/') || '/');
  return above.every((folder) => (statSync(folder).mode & 0o001) !== 0) && (statSync(file).mode & 0o004) !== 0;
}
