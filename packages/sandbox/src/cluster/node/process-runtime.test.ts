import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { openRegistry } from '../../registry/registry.ts';
import { putImage } from '../test-put-image.ts';
import { parseImage } from './parse-image.ts';
import type { StartOrder } from './pod-runtime.ts';
import { makeProcessRuntime } from './process-runtime.ts';

const folder = mkdtempSync(join(tmpdir(), 'runtime-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const registry = openRegistry(join(folder, 'registry'));
const open = () =>
  makeProcessRuntime({ registry, registryHosts: () => ['localhost:5000'], folder: join(folder, 'node') });

const put = (tag: string, files: Record<string, string>, config: object) =>
  `localhost:5000/${putImage(registry, folder, 'price', tag, files, config)}`;

async function start(image: string, container: object = {}, output: Buffer[] = []) {
  const runtime = open();
  const order: StartOrder = {
    pod: { uid: 'uid', name: 'pod', namespace: 'default' },
    container: { name: 'api', image, ports: [{ containerPort: 8080 }], ...container },
    image: await runtime.pull(image),
    environment: { OWN: 'yes' },
    mounts: [],
    user: undefined,
    restarts: 0,
    onOutput: (_, chunk) => output.push(chunk),
  };
  return runtime.start(order);
}

describe('an image’s process', () => {
  it('finds the image’s files and its own port, and nothing of the sandbox’s environment', async () => {
    const script =
      '#!/opt/bin/interpreter\necho "$1 $2 $OWN $MODEL_DIR $SECRET_OF_THE_SANDBOX"\ncat "$MODEL_DIR/model.txt"\n';
    const files = {
      'opt/bin/serve': script,
      'opt/bin/interpreter': '#!/bin/sh\nexec sh "$@"\n',
      'app/model/model.txt': 'weights\n',
    };
    const Env = ['PATH=/opt/bin:/usr/bin:/bin', 'MODEL_DIR=/app/model'];
    const image = put('files', files, { config: { Env, Entrypoint: ['serve', '--port=8080', '0.0.0.0:8080'] } });
    process.env.SECRET_OF_THE_SANDBOX = 'secret';
    const output: Buffer[] = [];
    const running = await start(image, {}, output);
    expect(await running.ended).toEqual({ exitCode: 0 });
    const port = running.findPort(8080);
    const [line, weights] = Buffer.concat(output).toString().split('\n');
    expect(line).toMatch(
      new RegExp(`^--port=${port} 127.0.0.1:${port} yes ${folder}/node/images/sha256-[0-9a-f]+/app/model $`),
    );
    expect(weights).toBe('weights');
  });

  it('ends with the sandbox that started it, even if that was killed', async () => {
    const image = put(
      'long',
      { 'app/wait': '#!/bin/sh\nsleep 600 & wait\n' },
      { config: { Entrypoint: ['/app/wait'] } },
    );
    const running = await start(image);
    await open().recover();
    expect(await running.ended).toMatchObject({ signal: 9 });
    expect(execFileSync('ps', ['-A', '-o', 'command='], { encoding: 'utf8' })).not.toContain(join(folder, 'node'));
  });

  it.each([
    ['no command', {}, 'no command specified'],
    ['a program that is not there', { config: { Entrypoint: ['/app/absent'] } }, 'ENOENT'],
    ['another architecture', { architecture: 's390x', config: { Entrypoint: ['sh'] } }, 'exec format error'],
  ])('is not started: %s', async (name, config, problem) => {
    const image = put(name.replaceAll(' ', '-'), { 'app/x': '' }, config);
    await expect(start(image)).rejects.toThrow(problem);
  });

  it.each([
    ['localhost:5000/price:absent', 'not found'],
    ['contoso.azurecr.io/price:1', 'only images of the registry localhost:5000 can be run'],
  ])('is not pulled: %s', async (image, problem) => {
    await expect(open().pull(image)).rejects.toThrow(problem);
  });
});

test.each([
  ['price', 'docker.io', 'price', 'latest'],
  ['shop/price:2', 'docker.io', 'shop/price', '2'],
  ['localhost/price', 'localhost', 'price', 'latest'],
  ['localhost:5000/shop/price:1@sha256:ab', 'localhost:5000', 'shop/price', 'sha256:ab'],
])('%s names a registry, a repository and what in it', (image, host, repository, reference) => {
  expect(parseImage(image)).toEqual({ host, repository, reference });
});
