import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../server.ts';
import { runGit } from '../git.ts';

/** A connection that is kept would be one to the sandbox before, where both had the same port. */
const ALONE = { connection: 'close' };

/** A sandbox that may be stopped and started again in the same folder. */
function makeHome() {
  const home = mkdtempSync(join(tmpdir(), 'restart-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return {
    home,
    async start() {
      const sandbox = await startSandbox({ home });
      const token = sandbox.identities().find(({ key }) => key === 'you')?.token ?? '';
      await fetch(`${sandbox.addresses.control}/organizations/contoso/projects/ml`, {
        method: 'PUT',
        body: '{}',
        headers: ALONE,
      });
      return {
        stop: sandbox.stop,
        // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
        async ask(method: string, path: string, body?: unknown): Promise<any> {
          const url = new URL(`${sandbox.addresses.azureDevOps}/contoso/ml/_apis/${path}`);
          if (method !== 'GET' && !url.searchParams.has('api-version')) url.searchParams.set('api-version', '7.1');
          const headers = { ...ALONE, authorization: `Bearer ${token}`, 'content-type': 'application/json' };
          const answer = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
          return answer.json();
        },
      };
    },
  };
}

const DEPLOYS = `stages:
  - stage: deploy
    jobs:
      - deployment: there
        environment: locked
        strategy: { runOnce: { deploy: { steps: [ { bash: 'until [ -e "$(FLAG)" ]; do sleep 0.1; done' } ] } } }
`;

async function prepare(ask: (method: string, path: string, body?: unknown) => Promise<{ id: never }>, flag: string) {
  const repository = (await ask('POST', 'git/repositories', { name: 'again' })).id;
  const environment = (await ask('POST', 'distributedtask/environments', { name: 'locked' })).id;
  const change = { changeType: 'add', item: { path: '/ci.yml' }, newContent: { content: DEPLOYS } };
  await ask('POST', `git/repositories/${repository}/pushes`, {
    refUpdates: [{ name: 'refs/heads/main', oldObjectId: '0'.repeat(40) }],
    commits: [{ comment: 'first', changes: [change] }],
  });
  const definition = (
    await ask('POST', 'build/definitions', {
      name: 'again',
      process: { type: 2, yamlFilename: 'ci.yml' },
      repository: { id: repository, type: 'TfsGit', defaultBranch: 'refs/heads/main' },
      triggers: [{ triggerType: 'continuousIntegration', settingsSourceType: 2 }],
      queue: { id: 2 },
      variables: { FLAG: { value: flag } },
    })
  ).id;
  return { repository, environment, definition };
}

test('a push that a kill kept from being noticed starts its run at the next start', { timeout: 30_000 }, async () => {
  const { home, start } = makeHome();
  const before = await start();
  const { repository } = await prepare(before.ask, home);
  await before.stop();
  const folder = join(home, 'git', `${repository}.git`);
  const author = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
  const commit = await runGit(folder, ['commit-tree', 'main^{tree}', '-p', 'main', '-m', 'unseen'], '', author);
  await runGit(folder, ['update-ref', 'refs/heads/main', commit]);
  const after = await start();
  onTestFinished(() => after.stop());
  await expect
    .poll(async () =>
      (await after.ask('GET', 'build/builds')).value.map((run: { sourceVersion: string }) => run.sourceVersion),
    )
    .toEqual([commit]);
});

test('after a stop the lock of a run that was going on is free for one that waited', { timeout: 60_000 }, async () => {
  const { home, start } = makeHome();
  const before = await start();
  const flag = join(home, 'go');
  const { environment, definition } = await prepare(before.ask, flag);
  const gate = { type: 'environment', id: String(environment) };
  await before.ask('POST', 'pipelines/checks/configurations?api-version=7.1-preview.1', {
    type: { id: '2ef31ad6-baa0-403a-8b45-2cbc9b4e5563' },
    settings: {},
    resource: gate,
  });
  await before.ask('PATCH', `pipelines/pipelinepermissions/environment/${environment}?api-version=7.1-preview.1`, {
    pipelines: [{ id: definition, authorized: true }],
  });
  const queue = async () => (await before.ask('POST', 'build/builds', { definition: { id: definition } })).id;
  const types = async (run: number) =>
    (await before.ask('GET', `build/builds/${run}/timeline`)).records
      .filter(({ state }: { state: string }) => state === 'inProgress')
      .map(({ type }: { type: string }) => type);
  const holder = await queue();
  await expect.poll(() => types(holder), { timeout: 20_000 }).toContain('Task');
  const waiter = await queue();
  await expect.poll(() => types(waiter), { timeout: 20_000 }).toContain('Checkpoint.ExclusiveLock');
  await before.stop();
  writeFileSync(flag, '');
  const after = await start();
  onTestFinished(() => after.stop());
  const result = async (run: number) => (await after.ask('GET', `build/builds/${run}`)).result;
  expect(await result(holder)).toBe('failed');
  await expect.poll(() => result(waiter), { timeout: 20_000 }).toBe('succeeded');
});
