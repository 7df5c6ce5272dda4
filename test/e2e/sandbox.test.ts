import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProduct } from './product.ts';

let root: string;
let home: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'mlops-sandbox-'));
  home = join(root, 'state');
});
afterAll(async () => {
  await run(['sandbox', 'stop']);
  rmSync(root, { recursive: true, force: true });
});

const run = (args: readonly string[], cwd = join(root, 'work')) =>
  runProduct(args, { cwd, home: join(root, 'home'), env: { MLOPS_SANDBOX_HOME: home } });

async function status(): Promise<{ running: boolean; pid?: number; addresses?: { azureDevOps: string } }> {
  return JSON.parse((await run(['sandbox', 'status', '--json'])).stdout);
}

test('create starts the sandbox where none runs, and says what is to be done without doing it', async () => {
  expect(await status()).toMatchObject({ kind: 'sandbox', running: false });
  const dry = await run(['create', 'dry', '--yes', '--target', 'sandbox', '--dry-run', '--json']);
  expect(dry.exitCode).toBe(0);
  expect(dry.stderr).toContain('The sandbox runs at http://127.0.0.1:');
  expect(JSON.parse(dry.stdout)).toMatchObject({ kind: 'plan', counts: { change: 0, blocked: 0 } });
  expect(readdirSync(join(root, 'work'))).toEqual([]);
  expect((await status()).running).toBe(true);
});

test('who may sign in is for its owner alone', () => {
  expect(statSync(join(home, 'sandbox.json')).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, 'state')).mode & 0o077).toBe(0);
});

test('a sandbox that died is started again under the same addresses, and knows everything', {
  timeout: 90_000,
}, async () => {
  const project = join(root, 'work/lasting');
  expect(await run(['create', 'lasting', '--yes', '--target', 'sandbox'])).toMatchObject({ exitCode: 0, stderr: '' });
  const before = await status();
  process.kill(before.pid ?? 0, 'SIGKILL');
  const planned = await run(['plan', '--check'], project);
  expect(planned).toMatchObject({ exitCode: 0, stderr: '' });
  expect(planned.stdout).toContain('Starting the sandbox');
  expect((await status()).addresses).toEqual(before.addresses);
  expect((await run(['sandbox', 'start'])).stdout).toContain('The sandbox already runs at');
});

test('stop ends it; reset forgets all, after being told so', { timeout: 90_000 }, async () => {
  expect((await run(['sandbox', 'stop'])).stdout).toContain('The sandbox has stopped.');
  expect((await run(['sandbox', 'stop'])).stdout).toContain('The sandbox does not run.');
  const unasked = await run(['sandbox', 'reset']);
  expect(unasked.exitCode).toBe(2);
  expect(readFileSync(join(home, 'state/azure-devops.json'), 'utf8')).toContain('lasting');
  expect(await run(['sandbox', 'reset', '--yes'])).toMatchObject({ exitCode: 0 });
  const planned = await run(['plan', '--check'], join(root, 'work/lasting'));
  expect(planned.exitCode).toBe(5);
  expect(await run(['sandbox', 'explode'])).toMatchObject({ exitCode: 2 });
});
