import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Identity, makeIdentities } from '../identities.ts';
import { listen } from '../router.ts';
import { makeTokens, type Tokens } from '../sign-in/tokens.ts';
import type { RunTask } from './run-engine.ts';
import { type DatabricksService, databricksService } from './service.ts';

/** What a reply held. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies of many shapes
  readonly body: any;
}

/** A workspace served over HTTP, with one Git repository beside it. */
export interface TestWorkspace {
  readonly address: string;
  readonly folder: string;
  readonly identities: readonly Identity[];
  /** Grants tokens to applications. */
  readonly tokens: Tokens;
  /** Clone URL of the repository. */
  readonly url: string;
  /** Clone URL of a repository without commits. */
  readonly emptyUrl: string;
  call(method: string, path: string, body?: unknown, who?: string): Promise<Answer>;
  /** Commits files to a branch of the repository and pushes. @returns the commit */
  push(branch: string, files: Readonly<Record<string, string>>, tag?: string): string;
  /** Stops, and starts anew on the same folder. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Life of the tokens of service credentials: short, so that notebooks have to renew them. */
const tokenSeconds = 2;

/** Serves a workspace on a temporary folder. @param runTask in place of real notebooks */
export async function startTestWorkspace(runTask?: RunTask): Promise<TestWorkspace> {
  const base = mkdtempSync(join(tmpdir(), 'databricks-'));
  const folder = join(base, 'state');
  const identities = makeIdentities();
  const tokens = makeTokens();
  const url = 'http://127.0.0.1:1/contoso/Housing/_git/price';
  const emptyUrl = 'http://127.0.0.1:1/contoso/Housing/_git/empty';
  const bares = new Map([url, emptyUrl].map((one, index) => [one, join(base, `bare${index}.git`)]));
  for (const bare of bares.values()) git(base, 'init', '--quiet', '--bare', '-b', 'main', bare);
  const clone = join(base, 'clone');
  git(base, 'clone', '--quiet', bares.get(url) ?? '', clone);
  const gitRepositories = { resolve: (one: string) => bares.get(one) };
  let service: DatabricksService;
  const start = () => {
    service = databricksService({
      folder,
      identities: () => identities,
      tokens,
      tokenSeconds: () => tokenSeconds,
      gitRepositories,
      ...(runTask ? { runTask } : {}),
    });
    return listen(service, 0);
  };
  let server = await start();
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async () => {
    await service.stop();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    get address() {
      return address();
    },
    folder,
    identities,
    tokens,
    url,
    emptyUrl,
    async call(method, path, body, who = 'you') {
      const token = identities.find(({ key }) => key === who)?.token;
      const reply = await fetch(address() + path, {
        method,
        headers: token ? { authorization: `Bearer ${token}` } : {},
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) };
    },
    push(branch, files, tag) {
      git(clone, 'checkout', '--quiet', '-B', branch);
      for (const [path, contents] of Object.entries(files)) {
        mkdirSync(dirname(join(clone, path)), { recursive: true });
        writeFileSync(join(clone, path), contents);
      }
      git(clone, 'add', '--all');
      git(
        clone,
        '-c',
        'user.name=T',
        '-c',
        'user.email=t@t.test',
        'commit',
        '--quiet',
        '--allow-empty',
        '-m',
        'change',
      );
      if (tag) git(clone, 'tag', tag);
      git(clone, 'push', '--quiet', '--tags', 'origin', branch);
      return git(clone, 'rev-parse', 'HEAD').trim();
    },
    async restart() {
      await stop();
      server = await start();
    },
    async stop() {
      await stop();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], { cwd, encoding: 'utf8' });
}
