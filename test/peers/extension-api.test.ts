import { createRequire } from 'node:module';
import type { BuildRestClient } from 'azure-devops-extension-api/Build';
import type { CoreRestClient } from 'azure-devops-extension-api/Core';
import type { GitRestClient } from 'azure-devops-extension-api/Git';
import type { PolicyRestClient } from 'azure-devops-extension-api/Policy';
import type { TaskAgentRestClient } from 'azure-devops-extension-api/TaskAgent';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePipeline } from '../../packages/sandbox/src/azure-devops/runs/test-pipeline.ts';
import { startTestSandbox, type TestSandbox } from '../../packages/sandbox/src/test-sandbox.ts';

/** The library is made for browsers: it wants `self`, and Node can only load it as CommonJS. */
const load = createRequire(import.meta.url);

type Client<Kind> = new (options: object) => Kind;

describe('Microsoft’s extension library against the sandbox', () => {
  let box: TestSandbox;
  let make: <Kind>(area: string, name: string) => Kind;
  beforeAll(async () => {
    box = await startTestSandbox();
    Object.assign(globalThis, { self: globalThis });
    const authorization = `Basic ${Buffer.from(`:${box.tokenOf('you')}`).toString('base64')}`;
    const options = {
      rootPath: `${box.organizationUrl}/`,
      authTokenProvider: { getAuthorizationHeader: async () => authorization },
    };
    make = <Kind>(area: string, name: string) => {
      const module = load(`azure-devops-extension-api/${area}`) as Record<string, Client<Kind>>;
      const Known = module[name];
      if (!Known) throw new Error(`the library has no ${name}`);
      return new Known(options);
    };
  });
  afterAll(() => box?.stop());

  test('lists come bare, enums as numbers, dates as dates', async () => {
    const git = make<GitRestClient>('Git', 'GitRestClient');
    const repository = await git.createRepository({ name: 'churn' } as never, 'ml');
    expect((await git.getRepositories('ml')).map(({ name }) => name)).toEqual(['ml', 'churn']);
    const push = await git.createPush(
      {
        refUpdates: [{ name: 'refs/heads/main', oldObjectId: '0'.repeat(40) }],
        commits: [
          {
            comment: 'first',
            changes: [
              { changeType: 1, item: { path: '/ci.yml' }, newContent: { content: 'steps: []\n', contentType: 0 } },
            ],
          },
        ],
      } as never,
      repository.id,
      'ml',
    );
    const [ref] = await git.getRefs(repository.id, 'ml', 'heads/main');
    expect(ref?.objectId).toBe(push.refUpdates[0]?.newObjectId);
    const build = make<BuildRestClient>('Build', 'BuildRestClient');
    const definition = {
      name: 'ci',
      path: '\\ml',
      type: 2,
      queueStatus: 1,
      process: { type: 2, yamlFilename: 'ci.yml' },
      repository: { id: repository.id, type: 'TfsGit', defaultBranch: 'refs/heads/main' },
    };
    const made = await build.createDefinition(definition as never, 'ml');
    const [found] = await build.getDefinitions('ml', 'ci');
    expect(found).toMatchObject({ id: made.id, queueStatus: 1, type: 2 });
    expect(found?.createdDate).toBeInstanceOf(Date);
    expect(Math.abs(Date.now() - Number(found?.createdDate))).toBeLessThan(60_000);
  });

  test('what is refused is refused in the service’s own form', async () => {
    const git = make<GitRestClient>('Git', 'GitRestClient');
    await expect(git.createRepository({ name: 'churn' } as never, 'ml')).rejects.toMatchObject({
      status: 409,
      serverError: { typeKey: 'GitRepositoryNameAlreadyExistsException' },
    });
  });

  test('projects, queues, groups and policies', async () => {
    const core = make<CoreRestClient>('Core', 'CoreRestClient');
    expect((await core.getProject('ML')).name).toBe('ml');
    const agents = make<TaskAgentRestClient>('TaskAgent', 'TaskAgentRestClient');
    expect((await agents.getAgentQueuesByNames(['Azure Pipelines'], 'ml')).map(({ name }) => name)).toEqual([
      'Azure Pipelines',
    ]);
    const environment = await agents.addEnvironment({ name: 'prod', description: 'd' }, 'ml');
    expect((await agents.getEnvironments('ml', 'prod')).map(({ id }) => id)).toEqual([environment.id]);
    const policies = make<PolicyRestClient>('Policy', 'PolicyRestClient');
    expect((await policies.getPolicyTypes('ml')).map(({ displayName }) => displayName)).toContain('Build');
    expect(await policies.getPolicyConfigurations('ml')).toHaveLength(0);
  });

  test('a run: queued, waited for by its timeline, read with its log and tests', async () => {
    const yaml = 'trigger: none\nsteps:\n  - checkout: none\n  - bash: echo hello; exit 1\n    displayName: Hello\n';
    const pipeline = await makePipeline(box, 'run-by-library', { 'pipeline.yml': yaml });
    const build = make<BuildRestClient>('Build', 'BuildRestClient');
    const { id } = await build.queueBuild({ definition: { id: pipeline.id } } as never, 'ml');
    // 2 is `completed`, 8 `failed`.
    await expect.poll(async () => (await build.getBuild('ml', id)).status, { timeout: 20_000 }).toBe(2);
    const ended = await build.getBuild('ml', id);
    expect(ended).toMatchObject({ result: 8, reason: 1, finishTime: expect.any(Date) });
    const { records } = await build.getBuildTimeline('ml', id);
    const step = records.find(({ name }) => name === 'Hello');
    expect(step).toMatchObject({ state: 2, result: 2, errorCount: 1, issues: [{ type: 1 }] });
    const lines = await build.getBuildLogLines('ml', id, step?.log.id ?? 0);
    expect(lines.map((line) => line.replace(/^\S+ /, ''))).toContain('hello');
    expect((await build.getBuilds('ml', [pipeline.id])).map((each) => each.id)).toEqual([id]);
    expect((await build.getBuildLogs('ml', id)).map((log) => log.id)).toContain(step?.log.id);
  });
});
