import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../test-sandbox.ts';
import { makePipeline, waitForEnd, waitUntil } from './test-pipeline.ts';

describe('runs over REST', () => {
  let box: TestSandbox;
  beforeAll(async () => {
    box = await startTestSandbox();
  });
  afterAll(() => box?.stop());

  /** Runs one pipeline file. */
  const runYaml = async (name: string, yaml: string, body?: object) =>
    (await makePipeline(box, name, { 'pipeline.yml': yaml })).run(body);

  test('artifacts and tests are kept, listed and downloaded', async () => {
    const { build, log } = await runYaml(
      'artifacts',
      `
trigger: none
jobs:
  - job: make
    steps:
      - bash: |
          mkdir -p out/deep && echo content > out/deep/file.txt
          cat > tests.xml <<'X'
          <testsuite name="s"><testcase classname="c" name="good" time="0.5"/><testcase classname="c" name="bad"><failure message="no"/></testcase></testsuite>
          X
      - bash: |
          echo '# Summary' > summary.md
          echo "##vso[task.uploadsummary]$PWD/summary.md"
      - publish: out
        artifact: model
      - task: PublishTestResults@2
        inputs: { testResultsFormat: JUnit, testResultsFiles: tests.xml, testRunTitle: Mine }
  - job: use
    dependsOn: make
    steps:
      - checkout: none
      - download: current
        artifact: model
      - bash: cat "$PIPELINE_WORKSPACE/model/deep/file.txt"
        displayName: Use
`,
    );
    expect(build.result).toBe('succeeded');
    expect(await log('Use')).toContain('content');
    const artifacts = (await box.ask('GET', `ml/_apis/build/builds/${build.id}/artifacts`)).body.value;
    expect(artifacts).toMatchObject([{ name: 'model', resource: { type: 'PipelineArtifact' } }]);
    const { downloadUrl } = artifacts[0].resource;
    const zip = await box.ask('GET', downloadUrl.slice(box.organizationUrl.length + 1));
    expect([zip.status, zip.text.slice(0, 2), zip.text.includes('model/deep/file.txt')]).toEqual([200, 'PK', true]);
    const kind = `ml/_apis/build/builds/${build.id}/attachments/Distributedtask.Core.Summary?api-version=7.1-preview.2`;
    const [summary] = (await box.ask('GET', kind)).body.value;
    const { href } = summary._links.self;
    expect((await box.ask('GET', href.slice(box.organizationUrl.length + 1))).text).toBe('# Summary\n');
    const runs = (await box.ask('GET', `ml/_apis/test/runs?buildUri=vstfs:///Build/Build/${build.id}`)).body.value;
    expect(runs).toMatchObject([{ name: 'Mine', totalTests: 2, passedTests: 1 }]);
    const found = (await box.ask('GET', `ml/_apis/test/Runs/${runs[0].id}/results?outcomes=Failed`)).body.value;
    expect(found).toMatchObject([{ testCaseTitle: 'bad', outcome: 'Failed', automatedTestName: 'c.bad' }]);
  });

  test('lists are filtered, ordered, and in pages; runs are tagged, kept and removed', async () => {
    const pipeline = await makePipeline(box, 'lists', { 'pipeline.yml': 'trigger: none\nsteps:\n  - bash: echo\n' });
    const ids: number[] = [];
    for (let index = 0; index < 3; index++) ids.push((await pipeline.run()).build.id);
    const at = 'ml/_apis/build/builds';
    const list = async (query: string) =>
      (await box.ask('GET', `${at}?definitions=${pipeline.id}&${query}`)).body.value.map(
        ({ id }: { id: number }) => id,
      );
    expect(await list('queryOrder=queueTimeAscending')).toEqual(ids);
    expect(await list('$top=2')).toEqual([ids[2], ids[1]]);
    expect(await list('resultFilter=failed')).toEqual([]);
    expect(await list('reasonFilter=manual&statusFilter=completed&maxBuildsPerDefinition=1')).toEqual([ids[2]]);
    const paged = await box.ask('GET', `${at}?definitions=${pipeline.id}&$top=2`);
    expect(await list(`$top=2&continuationToken=${paged.headers.get('x-ms-continuationtoken')}`)).toEqual([ids[0]]);
    await box.ask('PUT', `${at}/${ids[0]}/tags/good`);
    expect(await list('tagFilters=good')).toEqual([ids[0]]);
    expect((await box.ask('PATCH', `${at}/${ids[0]}`, { keepForever: true })).body.keepForever).toBe(true);
    expect((await box.ask('DELETE', `${at}/${ids[0]}`)).body.message).toMatch(/retained/);
    expect((await box.ask('DELETE', `${at}/${ids[1]}`)).status).toBe(204);
    expect(await list('queryOrder=queueTimeAscending')).toEqual([ids[0], ids[2]]);
    const latest = await box.ask('GET', 'ml/_apis/build/definitions?name=lists&includeLatestBuilds=true');
    expect(latest.body.value).toMatchObject([{ latestBuild: { id: ids[2] }, latestCompletedBuild: { id: ids[2] } }]);
    expect((await box.ask('GET', `ml/_apis/build/latest/lists?api-version=7.1-preview.1`)).body.id).toBe(ids[2]);
    const changes = (await box.ask('GET', `${at}/${ids[0]}/changes`)).body.value;
    expect(changes).toMatchObject([{ message: 'change', type: 'TfsGit' }]);
  });

  test('the newer view: stages left out, parameters, its own names of states', async () => {
    const pipeline = await makePipeline(box, 'newer', {
      'pipeline.yml': `
trigger: none
parameters: [{ name: list, type: object, default: [] }]
stages:
  - stage: one
    jobs: [{ job: j, steps: [{ bash: 'echo \${{ join('','', parameters.list) }}', displayName: One }] }]
  - stage: two
    dependsOn: []
    jobs: [{ job: j, steps: [{ bash: exit 1 }] }]
`,
    });
    const body = { stagesToSkip: ['two'], templateParameters: { list: '["a","b"]' } };
    const queued = await box.ask('POST', `ml/_apis/pipelines/${pipeline.id}/runs`, body);
    expect(queued.body).toMatchObject({ state: 'inProgress', pipeline: { id: pipeline.id } });
    await waitUntil(box, queued.body.id, ({ status }) => status === 'completed');
    const { body: shown } = await box.ask('GET', `ml/_apis/pipelines/${pipeline.id}/runs/${queued.body.id}`);
    expect(shown).toMatchObject({ state: 'completed', result: 'succeeded', resources: { repositories: { self: {} } } });
    expect((await box.ask('GET', `ml/_apis/pipelines/${pipeline.id}/runs`)).body.count).toBe(1);
  });

  test('a paused pipeline takes a run and starts it later; a run that waits can be cancelled; both go with the pipeline', async () => {
    const pipeline = await makePipeline(box, 'paused', { 'pipeline.yml': 'trigger: none\nsteps: [{ bash: echo }]\n' });
    const at = `ml/_apis/build/definitions/${pipeline.id}`;
    const setStatus = async (queueStatus: string) =>
      box.ask('PUT', at, { ...(await box.ask('GET', at)).body, queueStatus });
    await setStatus('paused');
    const [first, second] = [(await pipeline.queue()).body.id, (await pipeline.queue()).body.id];
    await box.ask('PATCH', `ml/_apis/build/builds/${second}`, { status: 'cancelling' });
    expect((await waitForEnd(box, second)).build.result).toBe('canceled');
    expect((await box.ask('GET', `ml/_apis/build/builds/${first}`)).body.status).toBe('notStarted');
    await setStatus('enabled');
    expect((await waitForEnd(box, first)).build.result).toBe('succeeded');
    await setStatus('disabled');
    expect((await pipeline.queue()).body.typeKey).toBe('DefinitionDisabledException');
    expect((await box.ask('DELETE', at)).status).toBe(204);
    expect((await box.ask('GET', `ml/_apis/build/builds/${first}`)).status).toBe(404);
  });

  test('a failed stage is retried: its good jobs stay, what waits for it follows, the first attempt is kept', async () => {
    const folder = box.folder('retry');
    const pipeline = await makePipeline(box, 'retried', {
      'pipeline.yml': `
trigger: none
stages:
  - stage: one
    jobs:
      - job: good
        steps: [{ checkout: none }, { bash: 'echo x >> ${folder}/good', displayName: Good }]
      - job: flaky
        dependsOn: good
        steps: [{ checkout: none }, { bash: 'echo "attempt $(System.StageAttempt)"; test -e ${folder}/fixed', displayName: Flaky }]
  - stage: two
    jobs: [{ job: j, steps: [{ checkout: none }, { bash: echo, displayName: Two }] }]
`,
    });
    const { build } = await pipeline.run();
    expect(build.result).toBe('failed');
    writeFileSync(join(folder, 'fixed'), '');
    const at = `ml/_apis/build/builds/${build.id}`;
    const stage = `${at}/stages/one?api-version=7.1-preview.1`;
    expect((await box.ask('PATCH', stage, { state: 'retry' }, { who: 'reader' })).status).toBe(403);
    expect((await box.ask('PATCH', stage, { state: 'retry' })).status).toBe(204);
    const { build: again, results, records, log } = await waitForEnd(box, build.id);
    expect([again.result, results.Two, await log('Flaky')]).toEqual([
      'succeeded',
      'succeeded',
      expect.arrayContaining(['attempt 2']),
    ]);
    expect(readFileSync(join(folder, 'good'), 'utf8')).toBe('x\n');
    const one = records.find(({ identifier }) => identifier === 'one');
    expect(one).toMatchObject({ attempt: 2, previousAttempts: [{ attempt: 1 }] });
    const first = (await box.ask('GET', `${at}/timeline/${one.previousAttempts[0].timelineId}`)).body.records;
    expect(first.find(({ name }: { name: string }) => name === 'Flaky').result).toBe('failed');
    expect((await box.ask('PATCH', stage, { state: 'retry' })).body.message).toMatch(/cannot be retried/);
  });

  test('a pipeline as resource: the run behind its alias, its variables and artifacts', async () => {
    await box.ask('PUT', 'ml/_apis/build/folders?path=%5Cup&api-version=7.1-preview.2', { path: '\\up' });
    const upstream = await makePipeline(box, 'upstream', {
      'pipeline.yml':
        'trigger: none\nname: up-$(Rev:r)\nsteps:\n  - bash: echo "from $(Build.BuildNumber)" > f\n  - publish: f\n    artifact: out\n',
    });
    const yaml = (source: string) => `
trigger: none
resources: { pipelines: [{ pipeline: up, source: ${source} }] }
steps:
  - checkout: none
  - download: up
    artifact: out
    condition: ne(variables['resources.pipeline.up.runID'], '')
  - bash: cat "$PIPELINE_WORKSPACE/up/out/f" || echo nothing; echo "behind up is [$(resources.pipeline.up.runName)]"
    displayName: Read
`;
    const pipeline = await makePipeline(box, 'downstream', { 'pipeline.yml': yaml('upstream') });
    // No run yet: the pipeline runs all the same.
    expect(await (await pipeline.run()).log('Read')).toContain('nothing');
    await upstream.run();
    await upstream.run();
    expect(await (await pipeline.run()).log('Read')).toEqual(
      expect.arrayContaining(['from up-2', 'behind up is [up-2]']),
    );
    const body = { resources: { pipelines: { up: { version: 'up-1' } } } };
    const { id } = (await box.ask('POST', `ml/_apis/pipelines/${pipeline.id}/runs`, body)).body;
    expect(await (await waitForEnd(box, id)).log('Read')).toContain('from up-1');
    await pipeline.push({ 'pipeline.yml': yaml('nowhere') });
    expect((await pipeline.queue()).body.message).toMatch(/Pipeline Resource up Input Must be Valid/);
  });

  test.each([
    ['$(Date:yyyy-MM-dd)_$(Rev:rr)', /^\d{4}-\d\d-\d\d_01$/],
    ['$(TeamProject)-$(SourceBranchName)-$(BuildID)-$(Year:yy)$(DayOfYear)', /^ml-main-\d+-\d{3,5}$/],
    ['v$(major).$(Rev:r)', /^v3\.1$/],
  ])('a run’s number after the form %s', async (form, expected) => {
    const yaml = `trigger: none\nname: ${form}\nvariables: { major: 3 }\nsteps: [{ checkout: none }]\n`;
    expect((await runYaml(`number-${expected.source.length}`, yaml)).build.buildNumber).toMatch(expected);
  });

  test('a number that cannot be one is refused', async () => {
    const yaml = 'trigger: none\nname: $(Build.SourceBranch)\nsteps: [{ checkout: none }]\n';
    const { body } = await (await makePipeline(box, 'number-wrong', { 'pipeline.yml': yaml })).queue();
    expect(body.message).toContain("generated a build number 'refs/heads/main' which contains invalid character(s)");
  });
});
