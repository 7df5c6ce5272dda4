import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { PipelineProblem } from '../problem.ts';
import { compileText } from './test-compile.ts';

const WHOLE = `
name: run
trigger: { batch: true, branches: { include: [main] } }
schedules: [{ cron: 0 3 * * 1, branches: { include: [main] } }]
resources: { pipelines: [{ pipeline: up, trigger: true }] }
parameters: [{ name: p, type: object, default: { a: [b] }, values: [{ a: [b] }] }]
pool: { vmImage: ubuntu-latest }
variables: [{ name: v, value: w }, { group: g }, { template: v.yml, parameters: { a: 1 } }]
stages:
- stage: A
  dependsOn: []
  condition: always()
  variables: { x: y }
  jobs:
  - job: J
    timeoutInMinutes: 5
    strategy: { matrix: { one: { k: v } } }
    steps:
    - bash: echo
      env: { A: b }
    - task: VSBuild@1
      inputs: { solution: s }
    - \${{ each one in parameters.p.a }}:
      - script: \${{ one }}
    - \${{ if true }}:
      - script: yes
    - \${{ else }}:
      - script: no
  - deployment: D
    environment: { name: e }
    strategy: { runOnce: { deploy: { steps: [{ script: x }] }, on: { failure: { steps: [{ script: y }] } } } }
`;

const STRANGE: readonly unknown[] = [
  '',
  'text',
  7,
  null,
  [],
  {},
  [[]],
  { a: { b: 'c' } },
  '${{ parameters.p }}',
  '${{',
  '$[',
  [{ template: 'v.yml' }],
];

/** The sample once for every part of it and every strange value, which stands there instead. */
function listDamaged(): readonly string[] {
  const whole: unknown = parse(WHOLE);
  const paths: (readonly (string | number)[])[] = [];
  const walk = (value: unknown, path: readonly (string | number)[]) => {
    if (path.length > 0) paths.push(path);
    if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index]);
    else if (value && typeof value === 'object')
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
  };
  walk(whole, []);
  return paths.flatMap((path) =>
    STRANGE.map((strange) => {
      const copy = structuredClone(whole) as Record<string | number, unknown>;
      const holder = path.slice(0, -1).reduce((at, key) => at[key] as Record<string | number, unknown>, copy);
      holder[path.at(-1)!] = strange;
      return stringify(copy);
    }),
  );
}

it('whatever stands where something else should, the pipeline is read or refused with a place', async () => {
  await compileText(WHOLE, { files: { 'v.yml': 'parameters: { a: 0 }\nvariables: { z: 1 }' } });
  let refused = 0;
  for (const text of listDamaged()) {
    const error = await compileText(text, { files: { 'v.yml': 'parameters: { a: 0 }\nvariables: { z: 1 }' } }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) continue;
    refused++;
    if (!(error instanceof PipelineProblem)) expect({ text, error }).toBeUndefined();
    expect(error).toHaveProperty('message', expect.stringMatching(/^\/(entry|v)\.yml \(Line: \d+, Col: \d+\): ./));
  }
  expect(refused).toBeGreaterThan(300);
});
