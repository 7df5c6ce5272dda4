import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openRegistry } from '../../registry/registry.ts';
import { putImage } from '../test-put-image.ts';
import { findRuntime } from './find-runtime.ts';
import { makeHasContainers } from './has-containers.ts';
import { PROCESS_LABEL } from './process-image.ts';

const folder = mkdtempSync(join(tmpdir(), 'find-runtime-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const registry = openRegistry(join(folder, 'registry'));
const put = (tag: string, Labels: object) =>
  `localhost:5000/${putImage(registry, folder, 'price', tag, { 'app/x': tag }, { config: { Labels } })}`;

const open = (hasContainers: () => Promise<boolean>) =>
  findRuntime({
    folder: join(folder, 'node'),
    registry,
    registryHosts: () => ['localhost:5000'],
    signIn: () => ({ user: 'you', password: 'secret' }),
    // There is no docker: whoever asks it says so.
    environment: { PATH: folder },
    hasContainers,
  });

it('runs as a process what was built as one, even where containers could be run by now', async () => {
  const runtime = open(async () => true);
  const built = put('built', { [PROCESS_LABEL.name]: PROCESS_LABEL.value });
  expect(await runtime.pull(built)).toMatchObject({ reference: built });
  await expect(runtime.pull(put('real', {}))).rejects.toThrow('docker');
  await expect(runtime.pull('localhost:5000/price:absent')).rejects.toThrow('docker');
});

it('runs processes where the machine has no engine, or is to do as if', async () => {
  const image = put('any', {});
  expect(await open(makeHasContainers({ PATH: folder }, () => false)).pull(image)).toMatchObject({ reference: image });
  expect(await open(makeHasContainers(process.env, () => true)).pull(image)).toMatchObject({ reference: image });
});
