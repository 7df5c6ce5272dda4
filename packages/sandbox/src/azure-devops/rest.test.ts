import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../test-sandbox.ts';

const GIT = 'ml/_apis/git/repositories';

describe('the REST services', () => {
  let box: TestSandbox;
  let projectId: string;
  let repositoryId: string;
  let definitionId: number;
  beforeAll(async () => {
    box = await startTestSandbox();
    projectId = (await box.ask('GET', '_apis/projects/ml')).body.id;
    repositoryId = (await box.ask('POST', GIT, { name: 'churn' })).body.id;
    await box.ask('POST', `${GIT}/churn/pushes`, {
      refUpdates: [{ name: 'refs/heads/main', oldObjectId: '0'.repeat(40) }],
      commits: [
        {
          comment: 'first',
          changes: [
            add('/pipelines/train.yml', ENTRY),
            add(
              '/pipelines/templates/body.yml',
              'stages:\n- stage: Train\n  jobs:\n  - job: Run\n    steps:\n    - template: step.yml\n',
            ),
            add('/pipelines/templates/step.yml', 'steps:\n- script: echo hi\n'),
            add('/variables.yml', 'variables:\n  model: churn\n'),
          ],
        },
      ],
    });
    definitionId = (await box.ask('POST', 'ml/_apis/build/definitions', toDefinition('train'))).body.id;
  });
  afterAll(() => box?.stop());

  function toDefinition(name: string, path = '\\ml\\churn') {
    return {
      name,
      path,
      type: 'build',
      process: { type: 2, yamlFilename: 'pipelines/train.yml' },
      repository: { id: repositoryId, type: 'TfsGit', defaultBranch: 'refs/heads/main' },
      queue: { id: 2 },
    };
  }

  describe('discovery', () => {
    test('OPTIONS _apis lists every place, OPTIONS of an area those of the area in any case', async () => {
      const all = (await box.ask('OPTIONS', '_apis')).body.value;
      const build = (await box.ask('OPTIONS', '_apis/BUILD')).body.value;
      expect(build.map(({ resourceName }: { resourceName: string }) => resourceName)).toContain('Definitions');
      expect(all.length).toBeGreaterThan(build.length);
      expect(new Set(all.map(({ id }: { id: string }) => id)).size).toBe(all.length);
    });

    test.each([
      ['nobody', 401, ''],
      ['reader', 200, 'instanceId'],
    ])('%s asks who is asking: %i', async (who, status, part) => {
      const answer = await box.ask('GET', '_apis/connectionData', undefined, { who });
      expect(answer.status).toBe(status);
      expect(answer.text).toContain(part);
    });

    test.each([
      ['an unknown organisation', '../fabrikam/_apis/projects', 404, 'text/html'],
      ['an unknown place', '_apis/no/such', 404, 'text/plain'],
      ['an unknown project', 'nowhere/_apis/build/definitions', 404, 'application/json'],
    ])('%s', async (_name, path, status, type) => {
      const answer = await box.ask('GET', path);
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toContain(type);
    });
  });

  describe('versions', () => {
    const permissions = 'ml/_apis/pipelines/pipelinepermissions/queue/2';
    test.each([
      [`${permissions}?api-version=7.1`, 400, 'VssInvalidPreviewVersionException'],
      [`${permissions}?api-version=7.1-preview.1`, 200, undefined],
      [`${GIT}?api-version=9.0`, 400, 'VssVersionOutOfRangeException'],
      [`${GIT}?api-version=7.2`, 400, 'VssInvalidPreviewVersionException'],
      [`${GIT}?api-version=7.2-preview.2`, 200, undefined],
    ])('%s → %i', async (path, status, typeKey) => {
      const answer = await box.ask('GET', path);
      expect([answer.status, answer.body.typeKey]).toEqual([status, typeKey]);
    });

    test('a write without a version is refused', async () => {
      const response = await fetch(`${box.organizationUrl}/${GIT}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${box.tokenOf('you')}`, 'content-type': 'application/json' },
        body: '{"name":"x"}',
      });
      expect([response.status, ((await response.json()) as { typeKey: string }).typeKey]).toEqual([
        400,
        'VssVersionNotSpecifiedException',
      ]);
    });
  });

  describe('the form of answers', () => {
    const accept =
      'application/json;api-version=7.2-preview.7;excludeUrls=true;enumsAsNumbers=true;msDateFormat=true;noArrayWrap=true';
    test('bare lists, numeric enums and Microsoft dates where they are asked for', async () => {
      const { body } = await box.ask('GET', 'ml/_apis/build/definitions', undefined, { headers: { accept } });
      expect(body[0]).toMatchObject({ id: definitionId, queueStatus: 0, type: 2, quality: 1 });
      expect(body[0].createdDate).toMatch(/^\/Date\(\d+\)\/$/);
    });

    test('else wrapped, with names', async () => {
      const { body } = await box.ask('GET', 'ml/_apis/build/definitions');
      expect(body.count).toBe(body.value.length);
      expect(body.value[0]).toMatchObject({ queueStatus: 'enabled', type: 'build', quality: 'definition' });
    });
  });

  describe('projects', () => {
    test('a new one is made in the background, with a repository of its name', async () => {
      const created = await box.ask('POST', '_apis/projects', { name: 'Later', visibility: 'private' });
      expect(created.status).toBe(202);
      expect((await box.ask('GET', '_apis/projects/later')).body.state).toBe('createPending');
      const until = async () => (await box.ask('GET', `_apis/operations/${created.body.id}`)).body.status;
      await expect.poll(until, { timeout: 5000 }).toBe('succeeded');
      expect((await box.ask('GET', '_apis/projects/later')).body.state).toBe('wellFormed');
      expect((await box.ask('GET', 'Later/_apis/git/repositories')).body.value).toHaveLength(1);
      const again = await box.ask('POST', '_apis/projects', { name: 'later' });
      expect([again.status, again.body.typeKey]).toEqual([400, 'ProjectAlreadyExistsException']);
    });

    test.each(['a/b', '_x', 'CON', 'x'.repeat(65), 'a.', ''])('may not be called %j', async (name) => {
      expect((await box.ask('POST', '_apis/projects', { name })).status).toBe(400);
    });
  });

  describe('repositories', () => {
    test('the name is taken whatever its case', async () => {
      const { status, body } = await box.ask('POST', GIT, { name: 'CHURN' });
      expect([status, body.typeKey]).toEqual([409, 'GitRepositoryNameAlreadyExistsException']);
      expect(body.message).toContain('TF400948');
    });

    test('two that ask for the same name at once: one gets it', async () => {
      const answers = await Promise.all([1, 2, 3].map(() => box.ask('POST', GIT, { name: 'race' })));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    });

    test('the clone URL has the organisation as user, the web URL has none', async () => {
      const { body } = await box.ask('GET', `${GIT}/churn`);
      expect(body.remoteUrl).toMatch(/^http:\/\/contoso@127\.0\.0\.1:\d+\/contoso\/ml\/_git\/churn$/);
      expect(body.webUrl).toBe(`${box.organizationUrl}/ml/_git/churn`);
    });

    test('items: what is known of a file, the file itself, and TF401174 for what is not there', async () => {
      const json = { headers: { accept: 'application/json' } };
      const item = await box.ask('GET', `${GIT}/churn/items?path=/variables.yml&includeContent=true`, undefined, json);
      expect(item.body).toMatchObject({
        path: '/variables.yml',
        gitObjectType: 'blob',
        content: 'variables:\n  model: churn\n',
      });
      expect((await box.ask('GET', `${GIT}/churn/items?path=/variables.yml`)).text).toBe(
        'variables:\n  model: churn\n',
      );
      const none = await box.ask('GET', `${GIT}/churn/items?path=/none`);
      expect([none.status, none.body.typeKey]).toEqual([404, 'GitItemNotFoundException']);
      const tree = await box.ask('GET', `${GIT}/churn/items?scopePath=/pipelines&recursionLevel=full`, undefined, json);
      expect(tree.body.value.map(({ path }: { path: string }) => path)).toEqual([
        '/pipelines',
        '/pipelines/templates',
        '/pipelines/templates/body.yml',
        '/pipelines/templates/step.yml',
        '/pipelines/train.yml',
      ]);
    });

    test('a ref moves only from where it is', async () => {
      const { body } = await box.ask('GET', `${GIT}/churn/refs?filter=heads/main`);
      const { objectId } = body.value[0];
      const make = { name: 'refs/heads/b', oldObjectId: '0'.repeat(40), newObjectId: objectId };
      const first = await box.ask('POST', `${GIT}/churn/refs`, [make]);
      expect(first.body.value[0]).toMatchObject({ success: true, updateStatus: 'succeeded' });
      const second = await box.ask('POST', `${GIT}/churn/refs`, [make]);
      expect(second.body.value[0]).toMatchObject({ success: false, updateStatus: 'staleOldObjectId' });
    });

    test('a pull request: made once, found, talked about', async () => {
      const head = (await box.ask('GET', `${GIT}/churn/refs?filter=heads/main`)).body.value[0].objectId;
      await box.ask('POST', `${GIT}/churn/pushes`, {
        refUpdates: [{ name: 'refs/heads/topic', oldObjectId: head }],
        commits: [{ comment: 'more', changes: [add('/more.md', 'x')] }],
      });
      const wanted = { sourceRefName: 'refs/heads/topic', targetRefName: 'refs/heads/main', title: 't' };
      expect((await box.ask('POST', `${GIT}/churn/pullrequests`, wanted)).status).toBe(400);
      await box.ask('POST', `${GIT}/churn/refs`, [
        { name: 'refs/heads/topic', oldObjectId: '0'.repeat(40), newObjectId: head },
      ]);
      const made = await box.ask('POST', `${GIT}/churn/pullrequests`, wanted, { who: 'colleague' });
      expect([made.status, made.body.mergeStatus]).toEqual([201, 'queued']);
      const again = await box.ask('POST', `${GIT}/churn/pullrequests`, wanted);
      expect(again.body.message).toContain('TF401179');
      const search = `${GIT}/churn/pullrequests?searchCriteria.sourceRefName=refs/heads/topic&searchCriteria.status=1`;
      expect((await box.ask('GET', search)).body.count).toBe(1);
      const at = `${GIT}/churn/pullrequests/${made.body.pullRequestId}`;
      await box.ask('POST', `${at}/threads`, { comments: [{ content: 'hello', commentType: 1 }], status: 1 });
      expect((await box.ask('GET', `${at}/threads`)).body.value[0].comments[0].content).toBe('hello');
      expect((await box.ask('PATCH', at, { status: 'abandoned' })).body.status).toBe('abandoned');
    });
  });

  describe('definitions', () => {
    test('name and folder together are taken, whatever their case', async () => {
      const { status, body } = await box.ask(
        'POST',
        'ml/_apis/build/definitions',
        toDefinition('TRAIN', '\\ML\\churn'),
      );
      expect([status, body.typeKey]).toEqual([409, 'DefinitionExistsException']);
      expect((await box.ask('POST', 'ml/_apis/build/definitions', toDefinition('train', '\\other'))).status).toBe(200);
    });

    test('an update needs the newest revision', async () => {
      const at = `ml/_apis/build/definitions/${definitionId}`;
      const { body } = await box.ask('GET', at);
      expect(body).toMatchObject({ queue: { id: 2, name: 'Azure Pipelines' }, path: '\\ml\\churn' });
      const put = await box.ask('PUT', at, { ...body, queueStatus: 'paused' });
      expect(put.body).toMatchObject({ revision: body.revision + 1, queueStatus: 'paused' });
      expect((await box.ask('PUT', at, body)).status).toBe(409);
      expect((await box.ask('PUT', at, { ...put.body, queueStatus: 0 })).body.queueStatus).toBe('enabled');
    });

    test('a secret variable never comes back, and survives an update that sends it back empty', async () => {
      const made = await box.ask('POST', 'ml/_apis/build/definitions', {
        ...toDefinition('secretive'),
        variables: { key: { value: 'hidden', isSecret: true }, open: { value: 'shown' } },
      });
      expect(made.body.variables).toEqual({ key: { value: null, isSecret: true }, open: { value: 'shown' } });
      const put = await box.ask('PUT', `ml/_apis/build/definitions/${made.body.id}`, made.body);
      expect(put.text).not.toContain('hidden');
      expect(put.body.variables.key).toEqual({ value: null, isSecret: true });
    });

    test.each([
      ['name=TRA*', ['train', 'train']],
      ['name=train&path=%5Cml%5Cchurn', ['train']],
      ['path=%5Cml', []],
      ['yamlFilename=none', []],
    ])('?%s finds %j', async (query, names) => {
      const { body } = await box.ask('GET', `ml/_apis/build/definitions?${query}`);
      expect(body.value.map(({ name }: { name: string }) => name)).toEqual(names);
    });

    test('a listing gives references, or everything if it is asked for', async () => {
      const short = await box.ask('GET', 'ml/_apis/build/definitions?name=train');
      expect(short.body.value[0]).not.toHaveProperty('process');
      const full = await box.ask('GET', 'ml/_apis/build/definitions?name=train&includeAllProperties=true');
      expect(full.body.value[0].process).toEqual({ yamlFilename: 'pipelines/train.yml', type: 2 });
    });

    test('pages carry a continuation token', async () => {
      const first = await box.ask('GET', 'ml/_apis/build/definitions?$top=1');
      const token = first.headers.get('x-ms-continuationtoken');
      const second = await box.ask('GET', `ml/_apis/build/definitions?$top=1&continuationToken=${token}`);
      expect(second.body.value[0].id).not.toBe(first.body.value[0].id);
    });

    test('folders come with their parents, and only once', async () => {
      const { body } = await box.ask('GET', 'ml/_apis/build/folders?api-version=7.1-preview.2');
      expect(body.value.map(({ path }: { path: string }) => path)).toEqual(['\\', '\\ml', '\\ml\\churn', '\\other']);
      const again = await box.ask('PUT', 'ml/_apis/build/folders?path=%5Cml&api-version=7.1-preview.2', {
        path: '\\ml',
      });
      expect([again.status, again.body.typeKey]).toEqual([409, 'FolderExistsException']);
    });

    test('no run yet: an empty list', async () => {
      expect(
        (await box.ask('GET', `ml/_apis/build/builds?definitions=${definitionId}&reasonFilter=schedule`)).body.count,
      ).toBe(0);
    });
  });

  describe('preview', () => {
    const at = () => `ml/_apis/pipelines/${definitionId}/preview`;
    test('has the entry’s schedules and the templates’ steps', async () => {
      const { status, body } = await box.ask('POST', at(), { previewRun: true });
      expect(status).toBe(200);
      expect(body.finalYaml).toContain('cron: 0 6 * * 1');
      expect(body.finalYaml).toContain('script: echo hi');
      expect(body.finalYaml).not.toContain('extends');
    });

    test.each([
      ['steps: [', /Line: \d+, Col: \d+/],
      ['nonsense: 1', /Unexpected value 'nonsense'/],
      ['stages: 5', /A sequence was expected/],
      ['extends: {template: none.yml}', /File \/pipelines\/none\.yml not found/],
      ['just text', /A mapping was expected/],
    ])('refuses %j', async (yamlOverride, message) => {
      const { status, body } = await box.ask('POST', at(), { previewRun: true, yamlOverride });
      expect([status, body.typeKey]).toEqual([400, 'PipelineValidationException']);
      expect(body.message).toMatch(message);
    });
  });

  describe('variable groups', () => {
    const group = (name: string, variables: unknown) => ({
      name,
      type: 'Vsts',
      variables,
      variableGroupProjectReferences: [{ name, projectReference: { id: projectId } }],
    });
    const at = '_apis/distributedtask/variablegroups';

    test('secrets never come back; without value they stay, as plain ones they are lost', async () => {
      const made = await box.ask('POST', at, group('g', { s: { value: 'hidden', isSecret: true }, a: { value: '1' } }));
      expect(made.body.variables).toEqual({ s: { value: null, isSecret: true }, a: { value: '1' } });
      const kept = await box.ask('PUT', `${at}/${made.body.id}`, group('g', { s: { isSecret: true } }));
      expect(kept.text).not.toContain('hidden');
      const plain = await box.ask('PUT', `${at}/${made.body.id}`, group('g', { s: { isSecret: false } }));
      expect(plain.body.variables.s.value).toBe('');
    });

    test.each([
      ['no variable', () => group('e', {}), 400],
      ['no reference', () => ({ name: 'e', variables: { a: { value: '1' } } }), 400],
      ['two projects', () => ({ ...group('e', { a: { value: '1' } }), variableGroupProjectReferences: [{}, {}] }), 400],
      ['a taken name', () => group('G', { a: { value: '1' } }), 409],
    ])('%s', async (_name, body, status) => {
      expect((await box.ask('POST', at, body())).status).toBe(status);
    });

    test('an unknown number is success and nothing; a name may hold wildcards', async () => {
      const none = await box.ask('GET', `ml/${at}/4711`);
      expect([none.status, none.text]).toEqual([200, 'null']);
      expect((await box.ask('GET', `ml/${at}?groupName=G*`)).body.count).toBe(1);
    });
  });

  describe('service connections', () => {
    const at = '_apis/serviceendpoint/endpoints';
    const connection = (name: string) => ({
      name,
      type: 'azurerm',
      url: 'https://management.azure.com/',
      authorization: {
        scheme: 'WorkloadIdentityFederation',
        parameters: { tenantid: 't', serviceprincipalid: 's', serviceprincipalkey: 'hidden' },
      },
      data: { environment: 'AzureCloud' },
      serviceEndpointProjectReferences: [
        { name, description: 'mark', projectReference: { id: projectId, name: 'ml' } },
      ],
    });

    test('is ready after a while, gives issuer and subject, and no secret', async () => {
      await box.control('PUT', 'settings', { endpointDelay: 300 });
      const made = await box.ask('POST', at, connection('sc'));
      await box.control('PUT', 'settings', { endpointDelay: 0 });
      expect(made.body).toMatchObject({
        isReady: false,
        operationStatus: { state: 'InProgress' },
        description: 'mark',
      });
      const read = () => box.ask('GET', `ml/${at}/${made.body.id}`);
      await expect.poll(async () => (await read()).body.isReady, { timeout: 5000 }).toBe(true);
      const { body, text } = await read();
      expect(body.authorization.parameters.workloadIdentityFederationIssuer).toMatch(/^https:\/\/login/);
      expect(text).not.toContain('hidden');
    });

    test('the name is taken; another is simply not found', async () => {
      const again = await box.ask('POST', at, connection('SC'));
      expect([again.status, again.body.typeKey]).toEqual([409, 'DuplicateServiceConnectionException']);
      expect((await box.ask('GET', `ml/${at}?endpointNames=sc,other`)).body.count).toBe(1);
    });
  });

  describe('environments, permissions and checks', () => {
    let id: number;
    beforeAll(async () => {
      id = (await box.ask('POST', 'ml/_apis/distributedtask/environments', { name: 'churn-prod', description: 'd' }))
        .body.id;
    });
    const permissions = 'ml/_apis/pipelines/pipelinepermissions';
    const checks = 'ml/_apis/pipelines/checks/configurations';
    const preview = 'api-version=7.1-preview.1';

    test('an environment’s name is taken; the filter is only a part of it', async () => {
      const again = await box.ask('POST', 'ml/_apis/pipelines/environments', { name: 'Churn-Prod' });
      expect(again.body.typeKey).toBe('EnvironmentExistsException');
      expect((await box.ask('GET', 'ml/_apis/distributedtask/environments?name=prod')).body.count).toBe(1);
    });

    test('grants add up, one by one or many at once', async () => {
      const one = `${permissions}/environment/${id}?${preview}`;
      expect((await box.ask('GET', one)).body).toEqual({
        pipelines: [],
        resource: { type: 'environment', id: String(id) },
      });
      await box.ask('PATCH', one, { pipelines: [{ id: definitionId, authorized: true }] });
      const many = await box.ask('PATCH', `${permissions}?${preview}`, [
        { resource: { type: 'queue', id: '2' }, pipelines: [{ id: definitionId, authorized: true }] },
        { resource: { type: 'environment', id: String(id) }, pipelines: [{ id: definitionId, authorized: true }] },
      ]);
      expect(many.body.value.map(({ pipelines }: { pipelines: unknown[] }) => pipelines.length)).toEqual([1, 1]);
      await box.ask('PATCH', one, { pipelines: [{ id: definitionId, authorized: false }] });
      expect((await box.ask('GET', one)).body.pipelines).toEqual([]);
      expect((await box.ask('GET', `${permissions}/environment/4711?${preview}`)).status).toBe(404);
    });

    test('checks: nothing is unique, and settings come only when asked for', async () => {
      const check = {
        type: { id: '2ef31ad6-baa0-403a-8b45-2cbc9b4e5563' },
        settings: { a: 1 },
        resource: { type: 'environment', id: String(id) },
      };
      await box.ask('POST', `${checks}?${preview}`, check);
      const second = await box.ask('POST', `${checks}?${preview}`, check);
      const listed = await box.ask('GET', `${checks}?resourceType=environment&resourceId=${id}`);
      expect(listed.body.count).toBe(2);
      expect(listed.body.value[0]).not.toHaveProperty('settings');
      const query = `ml/_apis/pipelines/checks/queryconfigurations?$expand=settings&${preview}`;
      const queried = await box.ask('POST', query, [{ type: 'environment', id: String(id) }]);
      expect(queried.body.value[0].settings).toEqual({ a: 1 });
      expect((await box.ask('DELETE', `${checks}/${second.body.id}?${preview}`)).status).toBe(204);
    });
  });

  describe('policies', () => {
    const at = 'ml/_apis/policy/configurations';
    const policy = (settings: object) => ({
      isEnabled: true,
      isBlocking: true,
      type: { id: '0609b952-1397-4640-95ec-e00a01b2c241' },
      settings: {
        buildDefinitionId: definitionId,
        scope: [{ repositoryId, refName: 'refs/heads/main', matchKind: 'exact' }],
        ...settings,
      },
    });

    test('come back normalised, are not unique, and are found by branch in two ways', async () => {
      const made = await box.ask('POST', at, policy({ manualQueueOnly: false, queueOnSourceUpdateOnly: true }));
      expect(made.status).toBe(200);
      expect(made.body.settings).toEqual({
        buildDefinitionId: definitionId,
        queueOnSourceUpdateOnly: true,
        scope: [{ repositoryId, refName: 'refs/heads/main', matchKind: 'Exact' }],
      });
      await box.ask('POST', at, policy({}));
      const bare = repositoryId.replaceAll('-', '');
      expect((await box.ask('GET', `${at}?scope=${bare}:refs/heads/main`)).body.count).toBe(2);
      expect((await box.ask('GET', `${at}?scope=${repositoryId}:refs/heads/main`)).body.count).toBe(0);
      const git = `ml/_apis/git/policy/configurations?repositoryId=${repositoryId}&refName=refs/heads/main`;
      expect((await box.ask('GET', git)).body.count).toBe(2);
    });

    test('a definition or a repository that is not there is refused', async () => {
      expect((await box.ask('POST', at, policy({ buildDefinitionId: 4711 }))).status).toBe(400);
    });
  });

  describe('rights', () => {
    beforeEach(() => box.control('PUT', 'identities/colleague', { role: 'contributor' }));
    const environment = { name: 'new' };
    test.each([
      ['reader', 'POST', GIT, { name: 'r' }, 'TF401027'],
      ['reader', 'POST', 'ml/_apis/build/definitions', () => toDefinition('r'), 'TF215106'],
      ['reader', 'POST', 'ml/_apis/distributedtask/environments', environment, 'Access denied'],
      ['colleague', 'POST', GIT, { name: 'r' }, 'TF401027'],
      [
        'colleague',
        'POST',
        'ml/_apis/policy/configurations',
        () => ({ type: { id: 'fa4e907d-c16b-4a4c-9dfa-4906e5d171dd' }, settings: { scope: [{ repositoryId }] } }),
        'EditPolicies',
      ],
    ])('%s may not %s %s', async (who, method, path, body, message) => {
      const answer = await box.ask(method, path, typeof body === 'function' ? body() : body, { who });
      expect([answer.status, answer.body.message]).toEqual([403, expect.stringContaining(message)]);
    });

    test('a contributor may define pipelines, and administers what it made', async () => {
      const who = { who: 'colleague' };
      expect((await box.ask('POST', 'ml/_apis/build/definitions', toDefinition('c'), who)).status).toBe(200);
      const mine = await box.ask('POST', 'ml/_apis/distributedtask/environments', { name: 'mine' }, who);
      const rename = { name: 'mine-2' };
      expect(
        (await box.ask('PATCH', `ml/_apis/distributedtask/environments/${mine.body.id}`, rename, who)).status,
      ).toBe(200);
      await box.control('PUT', 'identities/colleague', { role: 'reader' });
      expect(
        (await box.ask('PATCH', `ml/_apis/distributedtask/environments/${mine.body.id}`, rename, who)).status,
      ).toBe(403);
    });

    test('bits can be asked for one by one', async () => {
      const bits = '_apis/permissions/2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87';
      const token = `repoV2/${projectId}/${repositoryId}`;
      const may = async (who: string, bit: number) =>
        (await box.ask('GET', `${bits}/${bit}?tokens=${token}`, undefined, { who })).body.value[0];
      expect(await may('you', 2048)).toBe(true);
      expect(await may('you', 128)).toBe(false);
      expect(await may('reader', 2)).toBe(true);
      expect(await may('reader', 4)).toBe(false);
    });

    test('the build identity is found by its name, once a pipeline has run', async () => {
      const search = (name: string) => `_apis/identities?searchFilter=General&filterValue=${encodeURIComponent(name)}`;
      expect((await box.ask('GET', search('ml Build Service (contoso)'))).body.value[0].descriptor).toMatch(/:Build:/);
      await box.control('PUT', 'organizations/contoso/projects/fresh', { fresh: true });
      expect((await box.ask('GET', search('fresh Build Service (contoso)'))).body.count).toBe(0);
    });
  });
});

function add(path: string, content: string) {
  return { changeType: 'add', item: { path }, newContent: { content, contentType: 'rawtext' } };
}

const ENTRY = `trigger: none
schedules:
- cron: 0 6 * * 1
  branches: { include: [main] }
variables:
- template: ../variables.yml
extends:
  template: templates/body.yml
`;
