import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../../packages/sandbox/src/free-port.ts';
import { getNpmProgram } from '../npm-program.ts';

/** A registry on this machine that knows what was published to it, and nothing else. */
export interface Registry {
  readonly url: string;
  /** Publishes a packed tarball, as `npm publish` does. */
  publish(tarball: string): void;
  stop(): Promise<void>;
}

/** A package below it asks for node-fetch by a tag (`cjs`), which registries that mirror versions only do not have. */
const VERDACCIO = {
  package: 'verdaccio',
  version: '6.10.4',
  program: 'verdaccio',
  overrides: { 'node-fetch': '2.7.0' },
} as const;

/** Starts Verdaccio with its state in `folder`. It has no uplink: a package that needs another one fails to install. */
export async function startRegistry(folder: string): Promise<Registry> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}/`;
  const config = join(folder, 'verdaccio.json');
  writeFileSync(config, JSON.stringify(toConfig(folder)));
  const args = [getNpmProgram(VERDACCIO), '--config', config, '--listen', `127.0.0.1:${port}`];
  const server = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  await waitUntilReady(url);
  return {
    url,
    publish: (tarball) => publish(folder, url, tarball),
    stop: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await ended;
    },
  };
}

function toConfig(folder: string) {
  return {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    packages: { '**': { access: '$all', publish: '$all' } },
    web: { enable: false },
    log: { type: 'file', path: join(folder, 'verdaccio.log'), level: 'warn' },
  };
}

/** npm publishes only with a token in its settings; this registry takes any. */
function publish(folder: string, url: string, tarball: string): void {
  const userconfig = join(folder, 'npmrc');
  writeFileSync(userconfig, `${url.replace('http:', '')}:_authToken=${randomBytes(16).toString('hex')}\n`);
  execFileSync('npm', ['publish', tarball, '--registry', url, '--userconfig', userconfig], {
    cwd: folder,
    stdio: 'pipe',
  });
}

async function waitUntilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const answer = await fetch(`${url}-/ping`).catch(() => undefined);
    if (answer?.ok) return;
    await delay(200);
  }
  throw new Error(`no registry at ${url} after 30 s`);
}
