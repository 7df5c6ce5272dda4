import { describe, expect, it } from 'vitest';
import { findTextProblems } from './find-text-problems.ts';

const exists = (path: string) => path === 'pipelines/templates/train.yml';
const find = (text: string, path = 'pipelines/ci.yml') => findTextProblems(path, text, exists);

describe('what a clean merge may have got wrong', () => {
  it.each([
    ['a key twice', 'a:\n  timeout: 1\n  b: 2\n  timeout: 3\n', 'unique'],
    ['a text that does not end', 'a: "b\n', 'line'],
    ['a stage twice', 'stages:\n- stage: Build\n- stage: build\n', 'build stands twice'],
    ['a job twice', 'jobs:\n- job: a\n- deployment: a\n', 'a stands twice'],
    ['a job twice in a stage', 'stages:\n- stage: s\n  jobs:\n  - job: a\n  - job: a\n', 'a stands twice'],
    ['a dependency on nobody', 'stages:\n- stage: a\n- stage: b\n  dependsOn: [a, c]\n', 'names c'],
    ['a template that is not there', 'extends:\n  template: templates/gone.yml\n', 'gone.yml does not exist'],
    ['braces that stay open', 'steps:\n- script: echo ${{ parameters.a }\n', 'braces'],
  ])('%s', (_, text, words) => {
    expect(find(text).join('\n')).toContain(words);
  });

  it.each([
    ['names that differ by a condition', 'jobs:\n- ${{ if a }}:\n  - job: a\n- ${{ else }}:\n  - job: a\n'],
    ['a dependency that a condition brings', 'jobs:\n- ${{ if a }}:\n  - job: a\n- job: b\n  dependsOn: a\n'],
    [
      'a dependency that a template may bring',
      'jobs:\n- template: /pipelines/templates/train.yml\n- job: b\n  dependsOn: x\n',
    ],
    ['a template beside it', 'extends:\n  template: templates/train.yml\n'],
    ['a template above it', 'extends:\n  template: ../pipelines/templates/train.yml@self\n'],
    ['a template elsewhere', 'resources: {}\nextends:\n  template: a.yml@other\n'],
    ['no dependency on purpose', 'stages:\n- stage: a\n  dependsOn: []\n'],
    ['braces of a shell', "steps:\n- script: echo ${a} ${{ b }} '}}'\n"],
    ['several documents', 'kind: A\n---\nkind: A\n'],
  ])('says nothing of %s', (_, text) => {
    expect(find(text)).toEqual([]);
  });

  it('reads JSON, and nothing that it does not know', () => {
    expect(find('{"a": 1,}', 'pipelines/a.json')).toHaveLength(1);
    expect(find('{"a": 1}', 'pipelines/a.json')).toEqual([]);
    expect(find('a: b: c', 'Dockerfile')).toEqual([]);
  });
});
