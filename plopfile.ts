import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodePlopAPI } from 'plop';

const RESOURCES = 'packages/create-mlops-model/src/resources';
const CORE = 'packages/core/src';
const DATABRICKS = 'packages/sandbox/src/databricks';

/** Section of `mlops.yaml` → its schema in core's manifest.ts. */
const SECTIONS: Readonly<Record<string, string>> = {
  model: 'Model',
  azure: 'Azure',
  databricks: 'Databricks',
  devops: 'DevOps',
};

/** Folder of `templates/` → the Template that places its files, and the project folder that they land in. */
const TEMPLATES: Readonly<Record<string, { name: string; module: string; folder: string }>> = {
  root: { name: 'rootTemplate', module: '../../packages/create-mlops-model/src/templates/root.ts', folder: '' },
  notebooks: {
    name: 'notebooksTemplate',
    module: '../../packages/create-mlops-model/src/templates/notebooks.ts',
    folder: 'notebooks/',
  },
  pipelines: {
    name: 'pipelineTemplate',
    module: '../../packages/pipeline-templates/src/index.ts',
    folder: 'pipelines/',
  },
  api: { name: 'apiTemplate', module: '../../packages/api-scaffold/src/index.ts', folder: 'api/' },
};

/** How a comment begins in a new template file of this ending. */
const COMMENTS: Readonly<Record<string, string>> = { py: '#', yml: '#', yaml: '#', toml: '#', sh: '#', mjs: '//' };

/** `pnpm new`: what a contributor adds most often, each with its test. */
export default function plopfile(plop: NodePlopAPI): void {
  const root = plop.getDestBasePath();
  // A long name breaks lines elsewhere than a short one.
  const format = (path: string) => (answers: object) => {
    const file = plop.renderString(path, answers);
    execFileSync('biome', ['check', '--write', file], { cwd: root, stdio: 'pipe' });
    return `formatted ${file}`;
  };

  plop.setGenerator('resource', {
    description: 'one more kind of thing that apply provisions',
    prompts: [
      { type: 'input', name: 'name', message: 'Kind, in words (service hook):', validate: checkWords },
      { type: 'list', name: 'right', message: 'Right that it needs:', choices: findRights(root) },
    ],
    actions: [
      add(`${RESOURCES}/{{kebabCase name}}.ts`, 'resource/resource.ts.hbs'),
      add(`${RESOURCES}/{{kebabCase name}}.test.ts`, 'resource/resource.test.ts.hbs'),
      format(`${RESOURCES}/{{kebabCase name}}.ts`),
      format(`${RESOURCES}/{{kebabCase name}}.test.ts`),
      'Next: give it its calls in services/, and add it to declare.ts and to test/contract.',
    ],
  });

  plop.setGenerator('question', {
    description: 'one more text in mlops.yaml, with its flag, its rule and its words in both languages',
    prompts: [
      { type: 'input', name: 'name', message: 'Name, in words (cost centre):', validate: checkWords },
      { type: 'list', name: 'section', message: 'Section of mlops.yaml:', choices: Object.keys(SECTIONS) },
      { type: 'input', name: 'en', message: 'What it is, in English (a sentence):', validate: checkSentence },
      { type: 'input', name: 'fr', message: 'The same in French:', validate: checkSentence },
    ],
    actions: (answers) => {
      const schema = SECTIONS[(answers as { section: string }).section];
      const row = "'{{section}}.{{camelCase name}}'";
      const after = (file: string, pattern: RegExp, line: string) => ({
        type: 'modify' as const,
        path: `${CORE}/${file}`,
        pattern,
        template: `$1${line}\n`,
      });
      const text = (lang: string) => `  'field.{{section}}.{{camelCase name}}': '{{{${lang}}}}',`;
      return [
        after(
          'answers.ts',
          /(export interface Answers \{\n)/,
          '  /** {{{en}}} */\n  readonly {{camelCase name}}?: string;',
        ),
        after(
          'manifest.ts',
          new RegExp(`(const ${schema} = v\\.strictObject\\(\\{\\n)`),
          "  /** {{{en}}} */\n  {{camelCase name}}: v.optional(v.string(), ''),",
        ),
        after(
          'questions.ts',
          /( {4}row\('owner', [^\n]+\n)/,
          "    row('{{camelCase name}}', '--{{kebabCase name}}', ['{{section}}', '{{camelCase name}}'], 'text'),",
        ),
        after('rules.ts', /( {2}'model\.owner': [^\n]+\n)/, `  ${row}: freeText(200),`),
        after('messages/en.ts', /( {2}'field\.model\.owner': [^\n]+\n)/, text('en')),
        after('messages/fr.ts', /( {2}'field\.model\.owner': [^\n]+\n)/, text('fr')),
        add(`${CORE}/{{kebabCase name}}-question.test.ts`, 'question/question.test.ts.hbs'),
        ...['questions.ts', 'manifest.ts', 'rules.ts', '{{kebabCase name}}-question.test.ts'].map((file) =>
          format(`${CORE}/${file}`),
        ),
        ...['answers.ts', 'messages/en.ts', 'messages/fr.ts'].map((file) => format(`${CORE}/${file}`)),
        'Next: npm run build prints the new schema; vitest -u renews what mlops.yaml looks like.',
      ];
    },
  });

  plop.setGenerator('sandbox-route', {
    description: 'one more request that the sandbox answers as Databricks does',
    prompts: [
      { type: 'input', name: 'name', message: 'What it is about, in words (instance pool):', validate: checkWords },
      { type: 'list', name: 'method', message: 'Method:', choices: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
      { type: 'input', name: 'path', message: 'Path (/api/2.0/instance-pools/list):', validate: checkRoute },
      { type: 'input', name: 'does', message: 'What it does, in a few words:', validate: checkFilled },
    ],
    actions: [
      add(`${DATABRICKS}/{{kebabCase name}}-routes.ts`, 'sandbox-route/routes.ts.hbs'),
      add(`${DATABRICKS}/{{kebabCase name}}-routes.test.ts`, 'sandbox-route/routes.test.ts.hbs'),
      {
        type: 'modify',
        path: `${DATABRICKS}/service.ts`,
        pattern: /(const routes: readonly DatabricksRoute\[\] = \[\n)/,
        template: '$1  ...{{camelCase name}}Routes,\n',
      },
      {
        type: 'modify',
        path: `${DATABRICKS}/service.ts`,
        pattern: /(import [^\n]+ from '\.\.\/router\.ts';\n)/,
        template: "$1import { {{camelCase name}}Routes } from './{{kebabCase name}}-routes.ts';\n",
      },
      format(`${DATABRICKS}/{{kebabCase name}}-routes.ts`),
      format(`${DATABRICKS}/{{kebabCase name}}-routes.test.ts`),
      format(`${DATABRICKS}/service.ts`),
      'Next: let it answer as the real service does, errors included.',
    ],
  });

  plop.setGenerator('template-file', {
    description: 'one more file in each generated project',
    prompts: [
      { type: 'list', name: 'folder', message: 'Folder of templates/:', choices: Object.keys(TEMPLATES) },
      { type: 'input', name: 'path', message: 'Path in that folder (checks/data.py):', validate: checkPath },
    ],
    actions: (answers) => {
      const { folder, path } = answers as { folder: string; path: string };
      const template = TEMPLATES[folder];
      if (!template) throw new Error(`no template folder ${folder}`);
      const firstLine = `${COMMENTS[path.split('.').at(-1) ?? ''] ?? ''} ${path.split('/').at(-1)}`.trim();
      const data = {
        templateName: template.name,
        templateModule: template.module,
        target: template.folder + path,
        slug: path.replace(/[^a-z0-9]+/gi, '-').toLowerCase(),
        firstLine,
      };
      return [
        { type: 'add', path: `templates/${folder}/${path}`, template: `${firstLine}\n` },
        { ...add(`test/render/${data.slug}.test.ts`, 'template-file/template-file.test.ts.hbs'), data },
        format(`test/render/${data.slug}.test.ts`),
        'Next: write it (name it .hbs if values of the manifest go in), and say whose it is in `ownership`.',
      ];
    },
  });
}

function add(path: string, template: string) {
  return { type: 'add' as const, path, templateFile: `plop-templates/${template}` };
}

/** The keys of `RIGHTS`; a new one is added there by hand. */
function findRights(root: string): string[] {
  const text = readFileSync(join(root, RESOURCES, 'rights.ts'), 'utf8');
  return [...text.matchAll(/^ {2}(\w+): \{/gm)].map((match) => match[1] ?? '');
}

function checkWords(text: string): true | string {
  return /^[a-z][a-z0-9]*( [a-z0-9]+)*$/.test(text) || 'Small letters and digits, words apart by one blank.';
}

function checkRoute(text: string): true | string {
  return /^\/api\/[\w./{}*-]+$/.test(text) || 'A path that begins with /api/.';
}

function checkPath(text: string): true | string {
  return /^[\w][\w.-]*(\/[\w][\w.-]*)*$/.test(text) || 'A path with forward slashes, below the folder.';
}

function checkSentence(text: string): true | string {
  return /^[^'\\\n*]{3,}\.$/.test(text) || 'A sentence, with ’ for the apostrophe and a full stop.';
}

function checkFilled(text: string): true | string {
  return text.trim() !== '' || 'A few words.';
}
