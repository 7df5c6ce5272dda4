import { describe, expect, it } from 'vitest';
import { createTranslate } from './messages/index.ts';
import { rules } from './rules.ts';
import { hideSecrets, isSecretName, looksSecret } from './text-rules.ts';

const translate = createTranslate('en');
const problem = (field: string, value: unknown) => rules[field]?.(value, translate);

/** Field → what it takes, what it refuses. */
const table: Readonly<Record<string, { readonly yes: readonly unknown[]; readonly no: readonly unknown[] }>> = {
  'azure.subscription': {
    yes: ['0a1b2c3d-0000-4000-8000-00000000000A'],
    no: ['my subscription', '0a1b2c3d000040008000000000000000', '{0a1b2c3d-0000-4000-8000-000000000000}'],
  },
  'azure.resourceGroup': {
    yes: ['rg-ml_(dev).1', 'été', 'x'.repeat(90)],
    no: ['rg.', 'a b', 'x'.repeat(91), 'a/b', '-rg'],
  },
  'azure.region': { yes: ['canadacentral', 'westus2'], no: ['Canada Central', 'ca-central'] },
  'azure.workspace': { yes: ['mlw-dev', 'x'.repeat(33)], no: ['ab', '-ab', 'x'.repeat(34), 'a.b'] },
  'azure.registry': {
    yes: ['Contoso01', 'x'.repeat(50)],
    no: ['abcd', 'contoso.azurecr.io', 'con-toso', 'x'.repeat(51)],
  },
  'azure.cluster': { yes: ['a', 'aks-dev_1', 'x'.repeat(63)], no: ['-a', 'a-', 'x'.repeat(64), 'a.b'] },
  'azure.namespace': { yes: ['ml', '1a', 'x'.repeat(63)], no: ['ML', 'kube-system', 'a.b', '-a', 'x'.repeat(64)] },
  'databricks.host': {
    yes: [
      'https://adb-123.4.azuredatabricks.net',
      'https://adb-1.2.azuredatabricks.net/',
      'https://x.databricks.azure.us',
    ],
    no: [
      'adb-1.2.azuredatabricks.net',
      'http://adb-1.2.azuredatabricks.net',
      'https://evil.example',
      'https://azuredatabricks.net.evil.example',
      'https://user@adb-1.2.azuredatabricks.net',
      'https://adb-1.2.azuredatabricks.net/?o=1',
      'https://evil.example/.azuredatabricks.net',
      'https://evil.example#.azuredatabricks.net',
    ],
  },
  'databricks.folder': {
    yes: ['/Shared/mlops', '/Users/a.b@example.ca/models', '/Shared/Équipe 1/'],
    no: ['Shared', '/a/../b', '/..', '/', '//a', '/a//b', '/a\nb', '/$(x)', '/{{job.id}}', '/ a'],
  },
  'databricks.tracking.name': { yes: ['aml-tracking'], no: ['a b', 'a/b'] },
  'databricks.compute.sparkVersion': {
    yes: ['17.3.x-cpu-ml-scala2.13', '16.4.x-scala2.12'],
    no: ['17.3', 'latest', '17.3.x; rm'],
  },
  'databricks.compute.nodeType': { yes: ['Standard_D4ds_v5'], no: ['Standard D4', 'a;b'] },
  'databricks.compute.policyId': { yes: ['001A2B3C4D5E6F70'], no: ['a-b', 'a b'] },
  'devops.organization': {
    yes: [
      'contoso',
      'Contoso-1',
      'https://dev.azure.com/contoso',
      'https://contoso.visualstudio.com/',
      'https://devops.example.ca:8443/tfs/DefaultCollection',
      'http://127.0.0.1:4010/sandbox',
    ],
    no: [
      '-contoso',
      'contoso-',
      'con toso',
      'x'.repeat(51),
      'http://devops.example.ca/tfs',
      'https://user:pw@dev.azure.com/contoso',
      'https://dev.azure.com/contoso?x=1',
      'https://dev.azure.com/contoso#x',
      'ftp://x',
      'javascript:alert(1)',
      '$(x)',
      'a\nb',
    ],
  },
  'devops.project': {
    yes: ['Data Science', 'Modèles', 'x'.repeat(64)],
    no: ['_x', '.x', 'x.', 'a/b', 'a:b', 'CON', 'bin', 'x'.repeat(65), ' x', 'a${{ x }}', 'a\tb', 'x '],
  },
  'devops.repository': { yes: ['churn-model', 'Churn Model'], no: ['a\\b', 'a*b', 'a"b', '../x', 'a|b'] },
  'devops.folder': { yes: ['/mlops', '/a/b c', '/'], no: ['mlops', '/a/../b', '/a*', '/a"b', '\\mlops'] },
  'devops.pool': { yes: ['ubuntu-24.04', 'Linux agents', 'Équipe'], no: ['-x', 'a$(b)', 'a:b', "a'b"] },
  'devops.connections.ci': { yes: ['sc-ml (dev)'], no: ['a;b', '$(x)', '-x'] },
  'image.base': {
    yes: [
      'python:3.12-slim',
      'contoso.azurecr.io/base/python:3.12',
      'localhost:5000/x',
      `mcr.microsoft.com/azureml/base@sha256:${'0'.repeat(64)}`,
    ],
    no: ['Python:3', 'python 3', 'python:3;x', '-x', 'python@sha256:12', 'a$(b)', 'python:3.12\nRUN x'],
  },
  'model.metric.name': { yes: ['log_loss', 'recall_at_10'], no: ['Log-loss', '1st', 'a b', 'x'.repeat(51), ''] },
  'model.select': { yes: ['best', 'latest', 1, 99], no: ['newest', 0, -1, 1.5, '1'] },
  'model.title.en': {
    yes: ['Anything: "é" ${{ x }} $(y) {{z}} 模型 😀', ''],
    no: ['a\nb', 'a\u001b[31m', 'x'.repeat(101), '\u202etxet', '\ud800'],
  },
  'databricks.compute.workers': {
    yes: [0, 8, { min: 1, max: 4 }],
    no: [-1, 1.5, 1001, { min: 4, max: 1 }, { min: 0, max: 1 }, {}],
  },
  'devops.approvers': { yes: [[], ['a@example.ca', 'Équipe']], no: [['a', 'a'], ['a\nb']] },
};

const rows = Object.entries(table).flatMap(([field, { yes, no }]) => [
  ...yes.map((value) => [field, value, true] as const),
  ...no.map((value) => [field, value, false] as const),
]);

describe('the rules', () => {
  it.each(rows)('%s: %j → %s', (field, value, fits) => {
    const said = problem(field, value);
    if (fits) expect(said).toBeUndefined();
    else expect(said).toMatch(/\w{3}/);
  });

  it('let what only Azure needs stay empty', () => {
    const open = Object.keys(table).filter((field) => field.startsWith('azure.') || field === 'devops.project');
    for (const field of open) expect(problem(field, ''), field).toBeUndefined();
  });

  it.each(Object.keys(table))('%s comes to an end on a long text', (field) => {
    // A rule that tries every split of the text would not come back at all.
    const texts = ['a', '-', '/', '.', '/a', 'a.', 'a_-'].map((piece) => piece.repeat(20_000));
    expect(texts.map((text) => typeof problem(field, text))).toHaveLength(texts.length);
  });
});

describe('secrets', () => {
  const hex = '0123456789abcdef'.repeat(2);
  const secrets = [
    `${'A1b2'.repeat(19)}AZDO4321`,
    'abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst',
    `dapi${hex}`,
    `dapi${hex}-2`,
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${'c2ln'.repeat(8)}`,
    `https://user:${hex}@dev.azure.com/x`,
  ];

  it.each(secrets)('are recognised and blotted out: case %#', (secret) => {
    expect(looksSecret(secret)).toBe(true);
    const shown = hideSecrets(`could not use ${secret} here`);
    expect(shown).toContain('***');
    expect(shown).not.toContain(hex);
    expect(looksSecret(shown)).toBe(false);
  });

  it('that are known are blotted out wherever they stand', () => {
    expect(hideSecrets('x=hunter2hunter2;y', ['hunter2hunter2', undefined, 'y'])).toBe('x=***;y');
  });

  it.each(['ottawa-over-asking', 'https://dev.azure.com/contoso', `sha256:${'0a'.repeat(32)}`, 'Housing team'])(
    'are not seen in %s',
    (text) => {
      expect(looksSecret(text)).toBe(false);
      expect(hideSecrets(text)).toBe(text);
    },
  );

  it.each(['token', 'AZURE_PAT', '--client-secret', 'apiKey', 'dbPassword', 'pwd', 'credentials'])(
    '%s would hold one',
    (name) => {
      expect(isSecretName(name)).toBe(true);
    },
  );

  it.each(['path', 'pattern', 'key', 'monkey', 'tokens-per-second-limit-x', 'compute', 'patience'])(
    '%s would not',
    (name) => {
      expect(isSecretName(name)).toBe(name.startsWith('tokens'));
    },
  );
});
