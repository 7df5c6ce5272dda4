import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyObject, listObjects } from './inventory.ts';
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts';
import { type Ran, runProduct } from './product.ts';

let sandbox: OwnSandbox;
let work: string;
/** Everything that any run here printed. */
const printed: string[] = [];
beforeAll(async () => {
  sandbox = await startOwnSandbox();
  work = join(sandbox.root, 'work');
  await sandbox.control('PUT', 'organizations/sandbox/projects/mlops');
});
afterAll(() => sandbox?.stop());

async function run(args: readonly string[], folder = work, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const ran = await sandbox.run([...args, '--debug'], folder, 'you', env);
  printed.push(ran.stdout, ran.stderr);
  return ran;
}

const create = (model: string) => run(['create', model, '--yes', '--target', 'sandbox']);
const arm = (fault: Readonly<Record<string, unknown>>) => sandbox.control('POST', 'faults', fault);

/** Nobody listens there. */
const CLOSED = 'http://127.0.0.1:9';

/** Flags of everything that Azure needs, with an organisation that cannot be reached. */
const AZURE = [
  ['--organization', `${CLOSED}/contoso`],
  ['--project', 'ml'],
  ['--subscription', '00000000-0000-0000-0000-000000000000'],
  ['--resource-group', 'rg'],
  ['--ml-workspace', 'workspace'],
  ['--container-registry', 'registry'],
  ['--cluster', 'cluster'],
  ['--databricks-host', 'https://adb-1234567890123456.7.azuredatabricks.net'],
].flat();

/** Runs `create` again as a person would, until it is done. @returns how the first run ended, and how often it took */
async function createUntilDone(model: string): Promise<{ first: Ran; runs: number }> {
  const first = await create(model);
  let last = first;
  let runs = 1;
  for (; last.exitCode !== 0 && runs < 6; runs++) last = await create(model);
  expect(last).toMatchObject({ exitCode: 0 });
  return { first, runs };
}

/** What must be true in the end, whatever happened on the way. */
async function expectComplete(model: string): Promise<void> {
  await sandbox.control('DELETE', 'faults');
  expect(await listObjects(sandbox, model)).toEqual(everyObject(model));
  const folder = join(work, model);
  expect(await run(['plan', '--check'], folder)).toMatchObject({ exitCode: 0 });
  expect((await sandbox.git(folder, ['status', '--porcelain', '--branch'])).stdout).toBe('## main...origin/main\n');
  expect((await sandbox.git(folder, ['rev-list', '--count', 'HEAD'])).stdout.trim()).toBe('1');
}

describe('who are you', () => {
  test.each([
    [
      'Azure DevOps does not know the token',
      { AZURE_DEVOPS_EXT_PAT: 'not-a-token-of-anybody' },
      'AZURE_DEVOPS_EXT_PAT',
    ],
    ['Databricks does not know the token', { DATABRICKS_TOKEN: 'not-a-token-of-anybody' }, 'DATABRICKS_TOKEN'],
  ])('%s: exit 4, the variable named, nothing written', async (_, env, variable) => {
    const ran = await run(['create', 'signed-out', '--yes', '--target', 'sandbox'], work, env);
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain(variable);
    expect(ran.stderr).not.toContain('not-a-token-of-anybody');
    expect(existsSync(join(work, 'signed-out'))).toBe(false);
    expect(await listObjects(sandbox, 'signed-out')).toEqual([]);
  });

  test('a token that has run out gets the sign-in page with 203: exit 4', async () => {
    await sandbox.control('PUT', 'identities/you', { expired: true });
    const ran = await create('signed-out');
    await sandbox.control('PUT', 'identities/you', { expired: false });
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain('AZURE_DEVOPS_EXT_PAT');
    expect(existsSync(join(work, 'signed-out'))).toBe(false);
  });

  test('a token that runs out half-way: exit 4, and with a new one the rest is made', async () => {
    await arm({ fault: 'sign-in-203', service: 'azureDevOps', method: 'POST', path: 'definitions' });
    const ran = await create('half-signed');
    expect(ran.exitCode).toBe(4);
    expect(ran.stdout).toMatch(/\d+ not done\. Run the same command again/);
    await sandbox.control('DELETE', 'faults');
    expect(await create('half-signed')).toMatchObject({ exitCode: 0 });
    await expectComplete('half-signed');
  });
});

describe('nobody has signed in', () => {
  test('neither token nor Azure CLI: exit 4, with both ways in', async () => {
    const programs = join(sandbox.root, 'programs');
    mkdirSync(programs);
    const git = (process.env.PATH ?? '').split(':').find((folder) => existsSync(join(folder, 'git'))) ?? '';
    symlinkSync(join(git, 'git'), join(programs, 'git'));
    const home = join(sandbox.root, 'homes/nobody');
    // Where a program starts another one, only git is found.
    const options = { cwd: work, home, env: { PATH: programs } };
    const ran = await runProduct(['create', 'no-token', ...AZURE, '--yes'], options);
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain('The Azure CLI is not installed.');
    expect(ran.stderr).toContain('Run "az login", or put a token into the environment variable');
    expect(existsSync(join(work, 'no-token'))).toBe(false);
  });
});

describe('git is refused where REST was not', () => {
  test('the scope that the token lacks is named; with it the push is made', { timeout: 60_000 }, async () => {
    await arm({ fault: 'status-401', service: 'azureDevOps', path: 'git-receive-pack|service=git-receive-pack' });
    const ran = await create('may-not-push');
    await sandbox.control('DELETE', 'faults');
    expect(ran.exitCode).toBe(4);
    expect(ran.stdout).toContain('initial-push:may-not-push: git could not sign in to');
    expect(ran.stdout).toContain('Code (read & write)');
    expect(await create('may-not-push')).toMatchObject({ exitCode: 0 });
    await expectComplete('may-not-push');
  });
});

describe('nobody answers', () => {
  test('an organisation that cannot be reached: exit 1, host and next step named', async () => {
    // A proxy that is not there: nothing leaves this machine.
    const proxies = { HTTPS_PROXY: CLOSED, https_proxy: CLOSED, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
    const ran = await run(['create', 'far-away', ...AZURE, '--yes'], work, proxies);
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain('No answer from 127.0.0.1:9 (ECONNREFUSED).');
    expect(ran.stderr).toContain('Check the address and the network.');
    expect(existsSync(join(work, 'far-away'))).toBe(false);
  });

  test('an organisation that is stopped: not waited for, with the service’s own words and who wakes it', async () => {
    await arm({ fault: 'unavailable-503', service: 'azureDevOps' });
    const ran = await create('stopped');
    await sandbox.control('DELETE', 'faults');
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain('TF24668');
    expect(ran.stderr).toContain('sign in to the organisation’s page');
  });
});

describe('trouble on the way', () => {
  test.each([
    ['limited', 'throttled-429', { times: 4 }],
    ['limited-softly', 'ok-retry-after', { times: 3 }],
    ['failing-reads', 'server-error-500', { method: 'GET', times: 6 }],
    ['cut-reads', 'drop-before', { method: 'GET', times: 6 }],
    ['cut-answers', 'drop-after', { method: 'GET', times: 6 }],
  ])('%s (%s): one run gets through', { timeout: 90_000 }, async (model, fault, more) => {
    await arm({ fault, ...more, ...(fault.includes('4') || fault.startsWith('ok') ? { retryAfter: 1 } : {}) });
    const ran = await create(model);
    const [armed] = await sandbox.control('GET', 'faults');
    expect(armed.hits).toBe(more.times);
    expect(ran.exitCode).toBe(0);
    await expectComplete(model);
  });

  const CREATES = [
    'azureDevOps _apis/git/repositories',
    'azureDevOps serviceendpoint/endpoints',
    'azureDevOps (pipelines|distributedtask)/environments',
    'azureDevOps variablegroups',
    'azureDevOps build/definitions',
    'azureDevOps policy/configurations',
    'azureDevOps checks/configurations',
    'azureDevOps git-receive-pack',
    'databricks jobs/create',
    'databricks 2.0/repos',
    'databricks workspace/mkdirs',
    'databricks ServicePrincipals',
  ];

  test.each([
    ['lost-before', 'drop-before'],
    ['lost-after', 'drop-after'],
    ['refused-once', 'server-error-500'],
    ['in-conflict', 'conflict'],
  ])(
    '%s: every create meets %s once; the same command again ends it, nothing doubled',
    { timeout: 120_000 },
    async (model, fault) => {
      for (const target of CREATES) {
        const [service, path] = target.split(' ');
        await arm({ fault, service, path, method: 'POST', times: 1 });
      }
      const { first } = await createUntilDone(model);
      const hits = (await sandbox.control('GET', 'faults')).map(({ hits: count }: { hits: number }) => count);
      expect(hits).toEqual(CREATES.map(() => 1));
      if (first.exitCode !== 0) expect(first.stdout).toMatch(/Run the same command again/);
      await expectComplete(model);
    },
  );

  test('what was just made is not seen yet when it is read', { timeout: 90_000 }, async () => {
    await arm({ fault: 'stale', method: 'POST', path: '_apis/(git|build|policy|distributedtask)', times: 6, reads: 2 });
    await createUntilDone('seen-late');
    await expectComplete('seen-late');
  });
});

describe('secrets', () => {
  test('git gets its credential where nobody sees it: not in any argument, while it pushes', async () => {
    await arm({ fault: 'slow', path: 'git-(receive|upload)-pack', ms: 700 });
    const running = sandbox.start(['create', 'slow-push', '--yes', '--target', 'sandbox'], work, 'you');
    const seen = new Set<string>();
    let isOver = false;
    const ended = running.ended.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      for (const line of commandLines()) seen.add(line);
      await delay(20);
    }
    const ran = await ended;
    printed.push(ran.stdout, ran.stderr);
    expect(ran.exitCode).toBe(0);
    const ours = [...seen].filter((line) => line.includes('slow-push'));
    expect([...seen].filter((line) => /^git push|git.*remote-http/.test(line)).length).toBeGreaterThan(0);
    expect(ours.length).toBeGreaterThan(0);
    expect([...seen].filter(holdsToken)).toEqual([]);
    await expectComplete('slow-push');
  });

  test('no token in anything that was printed, with stacks and all', () => {
    expect(printed.join('').length).toBeGreaterThan(1000);
    expect(printed.filter(holdsToken)).toEqual([]);
  });

  test('no token in any file of a project or a home folder', () => {
    const files = [work, join(sandbox.root, 'homes')].flatMap(listAll);
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => holdsToken(readFileSync(file, 'latin1')))).toEqual([]);
    // The search itself finds one where there is one.
    expect(holdsToken(readFileSync(join(sandbox.home, 'sandbox.json'), 'latin1'))).toBe(true);
  });
});

/** Also as git and HTTP carry it. */
function holdsToken(text: string): boolean {
  return sandbox
    .tokens()
    .some((token) => text.includes(token) || text.includes(Buffer.from(`:${token}`).toString('base64')));
}

/** Command lines of all processes here (Linux). */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    });
}

function listAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
