import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../packages/sandbox/src/test-sandbox.ts';
import { canRunContainers, PROGRAMS } from '../image/container-engine.ts';
import { type Podman, startPodman } from '../image/podman.ts';
import { requireTool } from '../require-tool.ts';

const run = promisify(execFile);

requireTool(`root and ${PROGRAMS.join(', ')}`, canRunContainers)('the sandbox’s registry', () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  let box: TestSandbox;
  let server: string;
  let podman: Podman;
  let pushed: string;

  beforeAll(async () => {
    box = await startTestSandbox();
    server = new URL(box.sandbox.addresses.registry).host;
    podman = await startPodman(folder, server);
    writeFileSync(join(folder, 'model.txt'), 'weights\n'.repeat(100_000));
    await run('tar', ['-C', folder, '-cf', join(folder, 'image.tar'), 'model.txt']);
  });

  afterAll(async () => {
    await podman?.stop();
    await box?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a program with something secret on its standard input. */
  async function runWith(input: string, program: string, ...args: string[]): Promise<string> {
    const running = run(program, args, { env: { ...process.env, ...podman.env } });
    running.child.stdin?.end(input);
    return (await running).stdout.trim();
  }

  it('lets `docker login` in with a token, and nobody without', async () => {
    const wrong = runWith('wrong', 'docker', 'login', server, '--username', 'you', '--password-stdin');
    await expect(wrong).rejects.toThrow(/authentication required|unauthorized|invalid username\/password/i);
    const login = await runWith(box.tokenOf('you'), 'docker', 'login', server, '-u', 'you', '--password-stdin');
    expect(login).toContain('Login Succeeded');
  });

  it('takes an image from `docker push`, once', async () => {
    await podman.docker('import', join(folder, 'image.tar'), `${server}/shop/price:1`);
    const output = await podman.docker('push', `${server}/shop/price:1`);
    pushed = /sha256:[0-9a-f]{64}/.exec(output)?.[0] ?? '';
    await podman.docker('push', `${server}/shop/price:1`);
    const auth = ['--tls-verify=false', '--authfile', join(folder, 'docker', 'config.json')];
    const inspected = await runWith('', 'skopeo', 'inspect', ...auth, `docker://${server}/shop/price:1`);
    expect(JSON.parse(inspected)).toMatchObject({ Digest: pushed, RepoTags: ['1'] });
  });

  it('lets a pipeline in by `az acr login`, to push', async () => {
    const connection = {
      applicationId: 'app',
      tenant: 'tenant',
      subscription: { id: 'id', name: 'name' },
      connection: 'ci',
    };
    const { environment, path } = box.sandbox.signIn.openSession(connection, join(folder, 'session'));
    const config = join(folder, 'pipeline');
    const env = {
      ...process.env,
      ...podman.env,
      ...environment,
      DOCKER_CONFIG: config,
      PATH: `${path}:${process.env.PATH}`,
    };
    await podman.docker('tag', `${server}/shop/price:1`, `${server}/shop/pipeline:1`);
    await expect(run('docker', ['push', `${server}/shop/pipeline:1`], { env })).rejects.toThrow(
      /authentication required|denied|unauthorized/i,
    );
    await run('az', ['acr', 'login', '--name', 'contoso'], { env });
    expect((await run('docker', ['push', `${server}/shop/pipeline:1`], { env })).stdout).toContain(pushed);
  });

  it('gives it to `podman pull` and `skopeo copy`, byte for byte', async () => {
    await podman.docker('rmi', '--force', `${server}/shop/price:1`);
    const auth = ['--authfile', join(folder, 'docker', 'config.json')];
    const id = await runWith('', 'podman', 'pull', '--quiet', ...auth, `${server}/shop/price@${pushed}`);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    const copy = ['--insecure-policy', 'copy', '--src-tls-verify=false', ...auth];
    await runWith('', 'skopeo', ...copy, `docker://${server}/shop/price:1`, `dir:${join(folder, 'copy')}`);
    const { stdout } = await run('sha256sum', [join(folder, 'copy', 'manifest.json')]);
    expect(`sha256:${stdout.split(' ')[0]}`).toBe(pushed);
    const back = ['--insecure-policy', 'copy', '--dest-tls-verify=false', ...auth];
    await runWith('', 'skopeo', ...back, `dir:${join(folder, 'copy')}`, `docker://${server}/shop/copied:2`);
    const digest = ['inspect', '--format={{.Digest}}', '--tls-verify=false', ...auth];
    expect(await runWith('', 'skopeo', ...digest, `docker://${server}/shop/copied:2`)).toBe(pushed);
  });
});
