import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../test-sandbox.ts';
import { makePipeline, waitForEnd, waitUntil } from './test-pipeline.ts';

describe('a run', () => {
  let box: TestSandbox;
  beforeAll(async () => {
    box = await startTestSandbox();
  });
  afterAll(() => box?.stop());

  /** Runs one pipeline file. */
  const runYaml = async (name: string, yaml: string, body?: object) =>
    (await makePipeline(box, name, { 'pipeline.yml': yaml })).run(body);

  test('steps run, and their log, timeline and result are there', async () => {
    const pipeline = await makePipeline(box, 'simple', {
      'pipeline.yml': `
trigger: none
name: simple-$(Rev:r)
steps:
  - bash: echo "hello from $BUILD_DEFINITIONNAME $BUILD_BUILDNUMBER"; cat file.txt
    displayName: Say hello
`,
      'file.txt': 'content of the file\n',
    });
    const { build, results, log } = await pipeline.run();
    expect(build).toMatchObject({
      result: 'succeeded',
      buildNumber: 'simple-1',
      reason: 'manual',
      status: 'completed',
    });
    expect(results['Say hello']).toBe('succeeded');
    expect(await log('Say hello')).toEqual(
      expect.arrayContaining(['hello from simple simple-1', 'content of the file']),
    );
    expect((await pipeline.run()).build.buildNumber).toBe('simple-2');
  });

  test('outputs reach jobs, deployments and later stages', async () => {
    const at = 'ml/_apis/pipelines/environments';
    const environment = (await box.ask('POST', `${at}?api-version=7.1-preview.1`, { name: 'outputs' })).body.id;
    const permission = `ml/_apis/pipelines/pipelinePermissions/environment/${environment}?api-version=7.1-preview.1`;
    await box.ask('PATCH', permission, { allPipelines: { authorized: true } });
    const { build, log, records } = await runYaml(
      'outputs',
      `
trigger: none
stages:
  - stage: one
    jobs:
      - job: a
        steps:
          - bash: echo "##vso[task.setvariable variable=color;isOutput=true]blue"
            name: paint
      - job: b
        dependsOn: a
        variables:
          seen: $[ dependencies.a.outputs['paint.color'] ]
        condition: eq(dependencies.a.outputs['paint.color'], 'blue')
        steps:
          - bash: echo "job saw $(seen)"
            displayName: Within the stage
      - deployment: d
        environment: outputs
        strategy:
          runOnce:
            preDeploy:
              steps:
                - bash: echo prepare
                  displayName: Prepare
            deploy:
              steps:
                - bash: |
                    echo "##vso[task.setvariable variable=url;isOutput=true]http://there"
                    echo "into $ENVIRONMENT_NAME"
                  name: roll
                  displayName: Roll
            on:
              success:
                steps:
                  - bash: echo done
                    displayName: Done
              failure:
                steps:
                  - bash: echo undo
                    displayName: Undo
  - stage: two
    condition: and(succeeded(), eq(dependencies.one.outputs['a.paint.color'], 'blue'))
    jobs:
      - job: c
        variables:
          seen: $[ stageDependencies.one.a.outputs['paint.color'] ]
          url: $[ stageDependencies.one.d.outputs['d.roll.url'] ]
        steps:
          - bash: echo "stage saw $(seen) and $(url)"
            displayName: In another stage
  - stage: never
    condition: eq(dependencies.two.outputs['c.x.y'], 'no such output')
    jobs:
      - job: n
        steps: [{ bash: echo never, displayName: Never }]
`,
    );
    expect(build.result).toBe('succeeded');
    expect(await log('Within the stage')).toContain('job saw blue');
    expect(await log('In another stage')).toContain('stage saw blue and http://there');
    expect(await log('Roll')).toContain('into outputs');
    const names = records.filter(({ type }) => type === 'Task').map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Prepare', 'Done']));
    expect(names).not.toEqual(expect.arrayContaining([expect.stringMatching(/Undo|Never/)]));
    expect(records.find(({ identifier, type }) => type === 'Stage' && identifier === 'never').result).toBe('skipped');
    const deployed = await box.ask(
      'GET',
      `ml/_apis/distributedtask/environments/${environment}/environmentdeploymentrecords`,
    );
    expect(deployed.body.value).toMatchObject([
      { stageName: 'one', jobName: 'd', result: 'succeeded', owner: { id: build.id } },
    ]);
  });

  test('what fails, what runs in spite of it, and what comes of the whole', async () => {
    const { build, records } = await runYaml(
      'failing',
      `
trigger: none
stages:
  - stage: bad
    jobs:
      - job: broken
        steps:
          - bash: exit 3
          - bash: echo not reached
          - bash: echo tidy
            condition: always()
      - job: after
        dependsOn: broken
        steps: [{ bash: echo no }]
      - job: forgiven
        continueOnError: true
        steps: [{ bash: exit 1 }]
  - stage: next
    jobs: [{ job: x, steps: [{ bash: echo no }] }]
  - stage: clean
    condition: failed()
    jobs: [{ job: x, steps: [{ bash: echo yes }] }]
`,
    );
    const byIdentifier = Object.fromEntries(
      records
        .filter(({ type }) => type === 'Stage' || type === 'Phase')
        .map(({ identifier, result }) => [identifier, result]),
    );
    expect(build.result).toBe('failed');
    expect(byIdentifier).toEqual({
      bad: 'failed',
      'bad.broken': 'failed',
      'bad.after': 'skipped',
      'bad.forgiven': 'succeededWithIssues',
      next: 'skipped',
      clean: 'succeeded',
      'clean.x': 'succeeded',
    });
    const tasks = records.filter(({ type }) => type === 'Task').map(({ result }) => result);
    expect(tasks.filter((result) => result === 'failed')).toHaveLength(2);
    expect(records.flatMap(({ issues = [] }) => issues)).toContainEqual(
      expect.objectContaining({ type: 'error', message: expect.stringContaining("exited with code '3'") }),
    );
  });

  test('variables: groups with secrets, queue time, runtime expressions, read-only ones, counters', async () => {
    await box.ask('POST', 'ml/_apis/distributedtask/variablegroups?api-version=7.1-preview.2', {
      name: 'shared',
      type: 'Vsts',
      variables: { region: { value: 'canada' }, password: { value: 'opensesame', isSecret: true } },
    });
    const group = (await box.ask('GET', 'ml/_apis/distributedtask/variablegroups?groupName=shared')).body.value[0].id;
    await box.ask('PATCH', `ml/_apis/pipelines/pipelinePermissions/variablegroup/${group}?api-version=7.1-preview.1`, {
      allPipelines: { authorized: true },
    });
    const pipeline = await makePipeline(box, 'variables', {
      'pipeline.yml': `
trigger: none
parameters:
  - name: size
    type: number
    default: 1
variables:
  - group: shared
  - name: both
    value: $[ format('{0}-{1}', variables['region'], variables['asked']) ]
  - name: fixed
    value: one
    readonly: true
  - name: count
    value: $[ counter('x', 7) ]
jobs:
  - job: j
    variables:
      region2: $(region)
    steps:
      - bash: |
          echo "both=$(both) region2=$(region2) count=$(count) size=\${{ parameters.size }}"
          echo "env=[$PASSWORD] mapped=[$SECRET] macro=$(password)"
          echo "##vso[task.setvariable variable=fixed]two"
        env: { SECRET: $(password) }
        displayName: Show
      - bash: echo "fixed=$(fixed) id=$(Build.BuildId) reason=$(Build.Reason) of $(System.TeamProject)"
        displayName: Again
        condition: always()
`,
    });
    const definition = (await box.ask('GET', `ml/_apis/build/definitions/${pipeline.id}`)).body;
    const refused = await pipeline.queue({ parameters: '{"asked":"me"}' });
    expect(refused.body.message).toMatch(/You can't set the following variables \(asked\)/);
    await box.ask('PUT', `ml/_apis/build/definitions/${pipeline.id}`, {
      ...definition,
      variables: { asked: { value: 'nobody', allowOverride: true } },
    });
    const { build, log } = await pipeline.run({ parameters: '{"asked":"me"}', templateParameters: { size: '5' } });
    const shown = await log('Show');
    expect(shown).toContain('both=canada-me region2=canada count=7 size=5');
    expect(shown).toContain('env=[] mapped=[***] macro=***');
    expect(await log('Again')).toContain(`fixed=one id=${build.id} reason=Manual of ml`);
    // A step that sets a read-only variable fails.
    expect(build).toMatchObject({ result: 'failed', parameters: '{"asked":"me"}', templateParameters: { size: '5' } });
    expect(await (await pipeline.run()).log('Show')).toContain('both=canada-nobody region2=canada count=8 size=1');
  });

  test('a cancelled run ends its step, and runs what is to run in spite of that', async () => {
    const pipeline = await makePipeline(box, 'cancelled', {
      'pipeline.yml': `
trigger: none
stages:
  - stage: long
    jobs:
      - job: j
        steps:
          - bash: sleep 600
            displayName: Sleep
          - bash: echo tidied
            displayName: Tidy
            condition: always()
  - stage: last
    condition: always()
    jobs: [{ job: j, steps: [{ bash: echo last, displayName: Last }] }]
`,
    });
    const { id } = (await pipeline.queue()).body;
    const at = `ml/_apis/build/builds/${id}`;
    await expect
      .poll(async () => (await box.ask('GET', `${at}/timeline`)).body.records.map(({ name }: { name: string }) => name))
      .toContain('Sleep');
    const reader = await box.ask('PATCH', at, { status: 'cancelling' }, { who: 'reader' });
    expect([reader.status, reader.body.message]).toEqual([403, expect.stringContaining('Stop builds')]);
    expect((await box.ask('PATCH', at, { status: 'cancelling' })).body.status).toBe('cancelling');
    const { build, results } = await waitForEnd(box, id);
    expect(build.result).toBe('canceled');
    expect(results).toMatchObject({ Sleep: 'canceled', Tidy: 'succeeded', Last: 'succeeded' });
  });

  test('three jobs on two agents: the third waits for one of them', async () => {
    const pipeline = await makePipeline(box, 'queue', {
      'pipeline.yml': `
trigger: none
jobs:
${['a', 'b', 'c'].map((name) => `  - job: ${name}\n    steps: [{ checkout: none }, { bash: sleep 0.3, displayName: ${name} }]`).join('\n')}
`,
    });
    const { records } = await pipeline.run();
    const spans = records
      .filter(({ type }) => type === 'Job')
      .map(({ startTime, finishTime, workerName }) => ({ from: startTime, to: finishTime, on: workerName }));
    const most = Math.max(...spans.map(({ from }) => spans.filter((s) => s.from <= from && s.to > from).length));
    expect([spans.length, most, new Set(spans.map(({ on }) => on)).size]).toEqual([3, 2, 2]);
  });

  test('what is missing is refused by name; nothing runs', async () => {
    const pipeline = await makePipeline(box, 'missing', {
      'pipeline.yml': `
trigger: none
variables: [{ group: no-group }]
jobs:
  - deployment: d
    environment: no-environment
    pool: no-pool
    strategy:
      runOnce:
        deploy:
          steps:
            - task: AzureCLI@2
              inputs: { azureSubscription: no-connection, scriptType: bash, scriptLocation: inlineScript, inlineScript: 'true' }
`,
    });
    const { status, body } = await pipeline.queue();
    expect([status, body.typeKey]).toEqual([400, 'BuildRequestValidationFailedException']);
    for (const text of [
      'Variable group no-group could not be found',
      'Environment no-environment could not be found',
      'Could not find a pool with name no-pool',
      'azureSubscription references service connection no-connection which could not be found',
    ])
      expect(body.message).toContain(text);
    expect(body.customProperties.ValidationResults).toMatchObject([{ result: 'error' }]);
    const runs = await box.ask('POST', `ml/_apis/pipelines/${pipeline.id}/runs`, {});
    expect([runs.status, runs.body.typeKey]).toEqual([400, 'PipelineValidationException']);
    expect((await box.ask('GET', `ml/_apis/build/builds?definitions=${pipeline.id}`)).body.count).toBe(0);
  });

  test('what is not supported, and what cannot be read, is refused with its place', async () => {
    const refusals: readonly (readonly [string, RegExp])[] = [
      ['steps:\n  - bash: [\n', /Line: \d+, Col: \d+/],
      [
        'jobs:\n  - job: m\n    strategy: { matrix: { a: { x: 1 } } }\n    steps: [{ bash: echo }]\n',
        /\(Line: 2, Col: 5\): Job m: .*matrix/,
      ],
      [
        'jobs:\n  - job: m\n    container: ubuntu\n    steps: [{ bash: echo }]\n',
        /\(Line: 2, Col: 5\): Job m: .*container/,
      ],
      ['steps:\n  - task: Docker@2\n', /pipeline\.yml \(Line: 2, Col: \d+\).*Docker@2/],
    ];
    for (const [index, [yaml, message]] of refusals.entries()) {
      const { body } = await (await makePipeline(box, `refused-${index}`, { 'pipeline.yml': yaml })).queue();
      expect(body.message).toMatch(message);
    }
  });

  test('leave to use a resource: the run waits, and goes on when somebody gives it', async () => {
    const environment = await box.ask('POST', 'ml/_apis/pipelines/environments?api-version=7.1-preview.1', {
      name: 'closed',
    });
    const pipeline = await makePipeline(box, 'permit', {
      'pipeline.yml': `
trigger: none
jobs:
  - deployment: d
    environment: closed
    strategy: { runOnce: { deploy: { steps: [{ bash: echo in, displayName: In }] } } }
`,
    });
    const { id } = (await pipeline.queue()).body;
    const at = `ml/_apis/build/builds/${id}`;
    await expect
      .poll(async () => (await box.ask('GET', `${at}/timeline`)).body.records.map(({ type }: { type: string }) => type))
      .toContain('Checkpoint.Authorization');
    await sleep(100);
    expect((await box.ask('GET', at)).body.status).toBe('notStarted');
    const permission = `ml/_apis/pipelines/pipelinePermissions/environment/${environment.body.id}?api-version=7.1-preview.1`;
    await box.ask('PATCH', permission, { pipelines: [{ id: pipeline.id, authorized: true }] });
    expect((await waitForEnd(box, id)).results).toMatchObject({ In: 'succeeded', Checkpoint: 'succeeded' });
  });

  test('the token of a run speaks for the build identity', async () => {
    const { build, log } = await runYaml(
      'token',
      `
trigger: none
steps:
  - bash: |
      curl --silent --header "Authorization: Bearer $TOKEN" "$(System.CollectionUri)_apis/connectionData" | grep -o 'Build Service[^"]*' | head -1
      git ls-remote "$(Build.Repository.Uri)" 2>&1 | head -1
      git -c http.extraheader="Authorization: Bearer $TOKEN" ls-remote "$(Build.Repository.Uri)" refs/heads/main
    env: { TOKEN: $(System.AccessToken), GIT_TERMINAL_PROMPT: '0' }
    displayName: Ask
`,
    );
    expect(build.result).toBe('succeeded');
    const lines = (await log('Ask')).join('\n');
    expect(lines).toContain('Build Service');
    expect(lines).toContain(`${build.sourceVersion}\trefs/heads/main`);
  });

  test('a deployment that fails runs what is to happen then, and says so in its environment', async () => {
    const made = await box.ask('POST', 'ml/_apis/pipelines/environments?api-version=7.1-preview.1', {
      name: 'failing',
    });
    const permission = `ml/_apis/pipelines/pipelinePermissions/environment/${made.body.id}?api-version=7.1-preview.1`;
    await box.ask('PATCH', permission, { allPipelines: { authorized: true } });
    const { build, results } = await runYaml(
      'deployment-fails',
      `
trigger: none
jobs:
  - deployment: d
    environment: failing
    strategy:
      runOnce:
        deploy: { steps: [{ bash: exit 1, displayName: Deploy }] }
        routeTraffic: { steps: [{ bash: echo, displayName: Route }] }
        on:
          failure: { steps: [{ bash: echo, displayName: Undo }] }
          success: { steps: [{ bash: echo, displayName: Praise }] }
`,
    );
    expect([build.result, results.Deploy, results.Undo]).toEqual(['failed', 'failed', 'succeeded']);
    expect(Object.keys(results)).not.toEqual(expect.arrayContaining([expect.stringMatching(/Route|Praise/)]));
    const at = `ml/_apis/distributedtask/environments/${made.body.id}/environmentdeploymentrecords`;
    expect((await box.ask('GET', at)).body.value).toMatchObject([{ result: 'failed' }]);
  });

  test('a push during a run changes nothing of it; the next run has it', async () => {
    const flag = join(box.folder('flag'), 'flag');
    const pipeline = await makePipeline(box, 'pushed', {
      'pipeline.yml': `
trigger: none
jobs:
  - job: a
    steps: [{ checkout: none }, { bash: 'until test -e ${flag}; do sleep 0.05; done' }]
  - job: b
    dependsOn: a
    steps: [{ bash: cat file.txt, displayName: Read }]
`,
      'file.txt': 'before',
    });
    const { id } = (await pipeline.queue()).body;
    await waitUntil(box, id, ({ status }) => status === 'inProgress');
    await pipeline.push({ 'file.txt': 'after' });
    writeFileSync(flag, '');
    expect(await (await waitForEnd(box, id)).log('Read')).toContain('before');
    expect(await (await pipeline.run()).log('Read')).toContain('after');
  });

  test('a triggered run of a pipeline that is wrong is there, has failed, and says why', async () => {
    const pipeline = await makePipeline(box, 'wrong', { 'pipeline.yml': 'trigger: none\nsteps: [{ bash: echo }]\n' });
    await pipeline.push({ 'pipeline.yml': 'trigger: [main]\nvariables: [{ group: lost }]\nsteps: [{ bash: echo }]\n' });
    const list = async () => (await box.ask('GET', `ml/_apis/build/builds?definitions=${pipeline.id}`)).body.value;
    await expect.poll(list).toMatchObject([
      {
        status: 'completed',
        result: 'failed',
        reason: 'individualCI',
        validationResults: [{ result: 'error', message: expect.stringContaining('Variable group lost') }],
      },
    ]);
  });
});
