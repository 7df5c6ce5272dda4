import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startTestSandbox, type TestSandbox } from '../test-sandbox.ts';

const add = (path: string, content: string) => ({
  changeType: 'add',
  item: { path },
  newContent: { content, contentType: 'rawtext' },
});

describe('a preview over REST', () => {
  let box: TestSandbox;
  let at: string;
  beforeAll(async () => {
    box = await startTestSandbox();
    const { id } = (await box.ask('POST', 'ml/_apis/git/repositories', { name: 'previewed' })).body;
    const push = (branch: string, who: string) =>
      box.ask('POST', `ml/_apis/git/repositories/previewed/pushes`, {
        refUpdates: [{ name: `refs/heads/${branch}`, oldObjectId: '0'.repeat(40) }],
        commits: [
          {
            comment: branch,
            changes: [
              add('/ci/entry.yml', ENTRY),
              add('/ci/templates/body.yml', BODY),
              add('/variables.yml', `variables: { who: ${who} }\n`),
            ],
          },
        ],
      });
    await push('main', 'everybody');
    await push('feature', 'a colleague');
    const definition = {
      name: 'previewed',
      path: '\\',
      type: 'build',
      process: { type: 2, yamlFilename: 'ci/entry.yml' },
      repository: { id, type: 'TfsGit', defaultBranch: 'refs/heads/main' },
      queue: { id: 2 },
    };
    at = `ml/_apis/pipelines/${(await box.ask('POST', 'ml/_apis/build/definitions', definition)).body.id}/preview`;
  });
  afterAll(() => box?.stop());

  async function preview(body: object) {
    const answer = await box.ask('POST', at, { previewRun: true, ...body });
    expect([answer.status, answer.body.message]).toEqual([200, undefined]);
    const [stage] = parse(answer.body.finalYaml).stages;
    return stage.jobs[0].steps.map(({ inputs }: { inputs: { script: string } }) => inputs.script);
  }

  test('defaults, variables of a template and what is known before a run', async () => {
    expect(await preview({})).toEqual(['greet everybody on refs/heads/main', 'once more']);
  });

  test('parameters and branch that were asked for', async () => {
    const body = {
      templateParameters: { loud: true, more: ['one', 'two'] },
      resources: { repositories: { self: { refName: 'refs/heads/feature' } } },
    };
    expect(await preview(body)).toEqual(['GREET A COLLEAGUE', 'one', 'two']);
  });

  test.each([
    [{ templateParameters: { loud: 'maybe' } }, "The 'loud' parameter value 'maybe' is not a valid Boolean"],
    [{ templateParameters: { other: 1 } }, "Unexpected parameter 'other'"],
    [{ resources: { repositories: { self: { refName: 'refs/heads/none' } } } }, 'has no branch refs/heads/none'],
    [
      { yamlOverride: 'steps:\n- task: Nonsense@1' },
      "/ci/entry.yml (Line: 2, Col: 9): A task is missing. The pipeline references a task called 'Nonsense@1'",
    ],
    [
      { yamlOverride: 'steps:\n- template: none.yml' },
      '/ci/entry.yml (Line: 2, Col: 13): File /ci/none.yml not found in repository ',
    ],
    [{ yamlOverride: `steps: ${'['.repeat(20_000)}` }, /\/ci\/entry\.yml \(Line: 1, Col: \d+\): /],
  ])('refuses %j', async (body, message) => {
    const answer = await box.ask('POST', at, { previewRun: true, ...body });
    expect([answer.status, answer.body.typeKey]).toEqual([400, 'PipelineValidationException']);
    if (typeof message === 'string') expect(answer.body.message).toContain(message);
    else expect(answer.body.message).toMatch(message);
  });
});

const ENTRY = `trigger: none
parameters:
- { name: loud, type: boolean, default: false }
- { name: more, type: object, default: [once more] }
variables:
- template: ../variables.yml
extends:
  template: templates/body.yml
  parameters:
    loud: \${{ parameters.loud }}
    more: \${{ parameters.more }}
`;

const BODY = `parameters:
- { name: loud, type: boolean }
- { name: more, type: object }
steps:
- \${{ if parameters.loud }}:
  - script: \${{ upper(format('greet {0}', variables.who)) }}
- \${{ else }}:
  - script: greet \${{ variables.who }} on \${{ variables['Build.SourceBranch'] }}
- \${{ each one in parameters.more }}:
  - script: \${{ one }}
`;
