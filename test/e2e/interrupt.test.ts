import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyObject, listObjects } from './inventory.ts';
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts';
import { collect, PRODUCT, PRODUCT_NODE, type Ran, toEnvironment } from './product.ts';

let sandbox: OwnSandbox;
let work: string;
beforeAll(async () => {
  sandbox = await startOwnSandbox();
  work = join(sandbox.root, 'work');
  mkdirSync(work);
  await sandbox.control('PUT', 'organizations/sandbox/projects/mlops');
});
afterAll(() => sandbox?.stop());

const argumentsFor = (model: string) => ['create', model, '--yes', '--target', 'sandbox'];

/** Starts `create` at the head of a process group of its own, as a terminal does, so that git too can be killed. */
function startGroup(model: string) {
  const { home, env } = sandbox.options(work, 'you');
  const child = spawn(PRODUCT_NODE, [PRODUCT, ...argumentsFor(model)], {
    cwd: work,
    env: toEnvironment(home, env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  return { child, ended: collect(child) };
}

async function expectComplete(model: string, last: Ran): Promise<void> {
  expect(last).toMatchObject({ exitCode: 0 });
  const folder = join(work, model);
  expect(await listObjects(sandbox, model)).toEqual(everyObject(model));
  expect((await sandbox.git(folder, ['status', '--porcelain'])).stdout).toBe('');
  expect((await sandbox.git(folder, ['rev-list', '--count', 'HEAD'])).stdout.trim()).toBe('1');
  expect((await sandbox.git(folder, ['fsck', '--strict'])).exitCode).toBe(0);
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(tmp|lock)$/.test(path));
  expect(left).toEqual(['mlops.lock']);
  expect(await sandbox.run(['plan', '--check'], folder, 'you')).toMatchObject({ exitCode: 0 });
}

describe('Ctrl-C', () => {
  test('finishes what is in flight, says so, ends with 130; the same command goes on', {
    timeout: 90_000,
  }, async () => {
    await sandbox.control('PUT', 'settings', { latency: 60 });
    const { child, ended } = startGroup('stop-gently');
    await new Promise<void>((resolve) => {
      let seen = '';
      child.stdout?.on('data', (text) => {
        seen += text;
        if (seen.includes('created  repository:stop-gently')) resolve();
      });
    });
    process.kill(-(child.pid ?? 0), 'SIGINT');
    const ran = await ended;
    await sandbox.control('PUT', 'settings', { latency: 0 });
    expect(ran.exitCode).toBe(130);
    expect(ran.stderr).toContain('Stopping after what is in flight.');
    expect(ran.stdout).toMatch(/\d+ not done\. Run the same command again/);
    const halfway = await listObjects(sandbox, 'stop-gently');
    expect(halfway).toContain('repository stop-gently');
    expect(halfway).not.toEqual(everyObject('stop-gently'));
    await expectComplete('stop-gently', await sandbox.run(argumentsFor('stop-gently'), work, 'you'));
  });

  test('twice ends at once', async () => {
    await sandbox.control('POST', 'faults', { fault: 'slow', method: 'POST', ms: 15_000 });
    const { child, ended } = startGroup('stop-now');
    while (!existsSync(join(work, 'stop-now/mlops.yaml'))) await delay(20);
    await delay(500);
    child.kill('SIGINT');
    await delay(200);
    child.kill('SIGINT');
    // Before the answer that it waits for could have come.
    const first = await Promise.race([ended, delay(12_000).then(() => 'the answer')]);
    expect(first).toMatchObject({ exitCode: 130 });
    await sandbox.control('DELETE', 'faults');
  });
});

describe('kill -9', () => {
  const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  const random = toRandom(SEED);
  // The first files are written after about 0.2 s, the last policies made after 1 to 4 s, as fast as the machine is.
  const cases = Array.from({ length: 10 }, (_, index) => ({
    model: `killed-${index}`,
    milliseconds: Math.round(120 + random() ** 1.5 * 2_500),
    whole: index % 2 === 0,
  }));

  test.each(cases)(
    `$model after $milliseconds ms (with its git: $whole; SEED=${SEED}): the same command completes it`,
    { timeout: 90_000 },
    async ({ model, milliseconds, whole }) => {
      const { child, ended } = startGroup(model);
      await Promise.race([delay(milliseconds), ended]);
      if (child.exitCode === null) process.kill(whole ? -(child.pid ?? 0) : (child.pid ?? 0), 'SIGKILL');
      await ended;
      // A git that outlives its parent ends by itself.
      if (!whole) await delay(300);
      const again = await sandbox.run(argumentsFor(model), work, 'you');
      expect(again).toMatchObject({ exitCode: 0 });
      await expectComplete(model, again);
    },
  );
});

describe('killed while git writes', () => {
  test('the locks that it leaves do not stand in the way', { timeout: 60_000 }, async () => {
    const model = 'locked-out';
    const { child, ended } = startGroup(model);
    const lock = join(work, model, '.git/index.lock');
    while (!existsSync(lock) && child.exitCode === null) await delay(1);
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
    // Whether git still came to remove it is luck; what a killed one leaves is this.
    for (const name of ['index.lock', 'config.lock']) writeFileSync(join(work, model, '.git', name), '');
    await expectComplete(model, await sandbox.run(argumentsFor(model), work, 'you'));
  });
});

/** Numbers in [0, 1) that a seed decides (mulberry32). */
function toRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
