import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkModelName, MODEL_NAME_LENGTH, proposeModelName, toNames } from './names.ts';
import { toManifest } from './to-manifest.ts';

const hostile = [
  'My Model',
  'MODEL',
  'prévision-été',
  'x'.repeat(300),
  '../etc/passwd',
  'a;rm -rf ~',
  '$(whoami)',
  '${{ secrets.x }}',
  '{{x}}',
  'two\nlines',
  `it's`,
  '"quoted"',
  '-leading',
  'trailing-',
  'two--hyphens',
  '1e3',
  '~',
  'no',
  'null',
  'true',
  'yes',
  'off',
  'con',
  'nul',
  'lpt1',
  'com0',
  'kube-system',
  'default',
  'server',
  'ab',
  '',
  ' ',
  'a\u0000b',
  '模型',
  '😀😀😀',
  'a/b',
  'a\\b',
  'a_b',
  'a.b',
];

describe('model names', () => {
  it.each(hostile)('%j is refused, and what is proposed instead is not', (name) => {
    expect(checkModelName(name)).toBe(false);
    expect(checkModelName(proposeModelName(name))).toBe(true);
  });

  it.each(['abc', 'ottawa-over-asking', 'a1-b2', 'model-v2', 'x'.repeat(40), 'nullable', 'console', 'com10'])(
    '%j will do, and is its own proposal',
    (name) => {
      expect(checkModelName(name)).toBe(true);
      expect(proposeModelName(name)).toBe(name);
    },
  );

  it.each([
    ['Prévision des crues (été)', 'prevision-des-crues-ete'],
    ['Cœur & Œuvre', 'coeur-oeuvre'],
    ['../../Churn_Model.v2', 'churn-model-v2'],
    ['2nd try', 'model-2nd-try'],
    ['con', 'model-con'],
    ['will a house in Ottawa sell over its asking price', 'will-a-house-in-ottawa-sell-over-its'],
  ])('%j becomes %s', (text, name) => {
    expect(proposeModelName(text)).toBe(name);
  });

  it('proposes something valid for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 400 })), (text) => {
        expect(checkModelName(proposeModelName(text))).toBe(true);
      }),
    );
  });
});

/** Every place a name goes to: the longest it takes, what it takes, and where that is written. */
const places = {
  'Azure DevOps repository': { max: 64, pattern: /^[\w-]+$/, source: 'DevOps naming restrictions' },
  'Azure DevOps definition with its folder': { max: 260, pattern: /^[\w\\-]+$/, source: 'Windows path in the portal' },
  'Azure DevOps environment': { max: 127, pattern: /^[\w-]+$/, source: 'distributedtask environments' },
  'Azure DevOps variable group': { max: 255, pattern: /^[\w-]+$/, source: 'library' },
  'Azure DevOps service connection': { max: 260, pattern: /^[\w-]+$/, source: 'service endpoints' },
  'Kubernetes label value, Service, namespace': {
    max: 63,
    pattern: /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
    source: 'RFC 1035',
  },
  'OCI repository': { max: 255, pattern: /^[a-z0-9]+([._-][a-z0-9]+)*$/, source: 'OCI distribution' },
  'Azure ML model and experiment': { max: 255, pattern: /^[a-zA-Z0-9][\w.-]*$/, source: 'Azure ML' },
  'Unity Catalog credential, Databricks secret scope': { max: 128, pattern: /^[\w.@-]+$/, source: 'Secrets API' },
  'Databricks job': { max: 4096, pattern: /^[\w-]+$/, source: 'Jobs API' },
  'Databricks path element': { max: 256, pattern: /^[\w-]+$/, source: 'Workspace API' },
} as const;

describe('every object named after the longest model name', () => {
  const longest = `${'m'.repeat(19)}-${'n'.repeat(MODEL_NAME_LENGTH.max - 20)}`;
  const names = toNames(toManifest({ name: longest }));
  const rows: readonly (readonly [place: keyof typeof places, name: string])[] = [
    ['Azure DevOps repository', names.repository],
    ...Object.values(names.pipelines).map(
      (name) => ['Azure DevOps definition with its folder', `${names.folder}\\${name}`] as const,
    ),
    ...Object.values(names.environments).map((name) => ['Azure DevOps environment', name] as const),
    ...Object.values(names.variableGroups).map((name) => ['Azure DevOps variable group', name] as const),
    ...Object.values(names.connections).map((name) => ['Azure DevOps service connection', name] as const),
    ['Kubernetes label value, Service, namespace', names.namespace],
    ['Kubernetes label value, Service, namespace', names.image],
    ['OCI repository', names.image],
    ['Azure ML model and experiment', names.experiment],
    ['Azure ML model and experiment', names.registeredModel],
    ['Unity Catalog credential, Databricks secret scope', names.trackingAccess],
    ...Object.values(names.jobs).map((name) => ['Databricks job', name] as const),
    ...Object.values(names.databricks).flatMap((path) =>
      path
        .slice(1)
        .split('/')
        .map((element) => ['Databricks path element', element] as const),
    ),
  ];

  it.each(rows)('%s takes %s', (place, name) => {
    expect(name.length).toBeLessThanOrEqual(places[place].max);
    expect(name).toMatch(places[place].pattern);
  });

  it('is long enough to mean something', () => expect(longest).toHaveLength(MODEL_NAME_LENGTH.max));
});
