import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Description {
  readonly pid: number;
  readonly version: string;
  readonly addresses: {
    readonly azureDevOps: string;
    readonly databricks: string;
    readonly cluster: string;
    readonly control: string;
  };
  readonly identities: readonly { readonly key: string; readonly token: string }[];
}

describe('create-mlops-model-sandbox', () => {
  let root: string;
  let program: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'sandbox-cli-'));
    program = join(root, 'main.mjs');
    const entry = fileURLToPath(new URL('index.ts', import.meta.url));
    await build({
      stdin: {
        contents: `import { main } from ${JSON.stringify(entry)}; process.exitCode = await main(process.argv.slice(2));`,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function start(args: readonly string[]): {
    child: ChildProcess;
    ended: Promise<{ code: number | null; stderr: string }>;
  } {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr }))) };
  }

  async function ready(home: string, pid: number | undefined): Promise<Description> {
    const path = join(home, 'sandbox.json');
    const read = () => (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Description) : undefined);
    await expect.poll(() => read()?.pid, { timeout: 10_000, interval: 10 }).toBe(pid);
    return read() as Description;
  }

  test('tells where it is, ends on SIGTERM, and is the same after kill -9', async () => {
    const home = join(root, 'home');
    const first = start(['start', '--home', home]);
    const description = await ready(home, first.child.pid);
    for (const file of ['sandbox.json', 'kubeconfig']) expect(statSync(join(home, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(home, 'kubeconfig'), 'utf8')).toContain(`"server": "${description.addresses.cluster}"`);
    expect(description).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      addresses: { control: `${description.addresses.azureDevOps}/_sandbox` },
    });
    const project = `${description.addresses.control}/organizations/contoso/projects/ml`;
    const made = await (await fetch(project, { method: 'PUT', headers: { connection: 'close' } })).json();
    first.child.kill('SIGKILL');
    await first.ended;
    const second = start(['start', '--home', home]);
    const again = await ready(home, second.child.pid);
    expect({ ...again, pid: 0 }).toEqual({ ...description, pid: 0 });
    expect(await (await fetch(project, { method: 'PUT', headers: { connection: 'close' } })).json()).toEqual(made);
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  });

  test('a port that is taken ends it with a clear word', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const { ended } = start(['start', '--home', join(root, 'taken'), '--port', String(port)]);
    expect(await ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Port ${port} of 127.0.0.1 is taken`),
    });
    other.close();
  });

  test.each([
    [[]],
    [['stop']],
    [['start']],
    [['start', '--home', 'x', '--port', '0']],
    [['start', '--home', 'x', '--what']],
  ])('%j is met with the usage', async (args) => {
    expect(await start(args).ended).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage:') });
  });
});
