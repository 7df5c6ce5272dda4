import type { Target } from '../../packages/core/src/index.ts';
import { makeAzureDevOps } from '../../packages/create-mlops-model/src/services/azure-devops.ts';
import { makeDatabricks } from '../../packages/create-mlops-model/src/services/databricks.ts';
import { openDisk } from '../../packages/create-mlops-model/src/services/disk.ts';
import { type Git, makeGit } from '../../packages/create-mlops-model/src/services/git.ts';
import { type Http, makeHttp } from '../../packages/create-mlops-model/src/services/http.ts';
import {
  findAzureDevOpsCredential,
  findDatabricksCredential,
} from '../../packages/create-mlops-model/src/services/identity.ts';
import type { Services } from '../../packages/create-mlops-model/src/services/services.ts';
import { makeShell } from '../../packages/create-mlops-model/src/services/shell.ts';

/** The process is gone: whatever was to come after never happens. */
export class Killed extends Error {}

/** When a process dies: at the n-th write call, before it is sent or after its effect with the answer unread. */
export interface Death {
  readonly write: number;
  readonly when: 'before' | 'after';
}

/** Real services that die at one write call; after that nothing is sent any more. */
export interface MortalServices extends Services {
  readonly http: Http;
  /** Every write call so far, in order. */
  readonly writes: readonly string[];
}

/** Calls that only read, though their method does not say so. */
const READING_POSTS = /\/(subjectlookup|queryconfigurations|permissionevaluationbatch|preview)(\?|$)/i;

/** Opens the services of one process that dies as told; without a death it lives. */
export function openMortalServices(
  options: { readonly target: Target; readonly folder: string; readonly token: string; readonly home: string },
  death?: Death,
): MortalServices {
  const { target, folder, token, home } = options;
  const writes: string[] = [];
  let dead = false;
  const mortal = async <Answer>(name: string, isWrite: boolean, run: () => Promise<Answer>): Promise<Answer> => {
    if (dead) throw new Killed();
    if (!isWrite) return run();
    const number = writes.push(name);
    const isLast = number === death?.write;
    if (isLast && death?.when === 'before') {
      dead = true;
      throw new Killed();
    }
    const answer = await run();
    if (isLast) dead = true;
    if (dead) throw new Killed();
    return answer;
  };
  const real = makeHttp({ environment: {} });
  const http: Http = {
    ...real,
    send: (request) => {
      const { method, url } = request;
      const isWrite = !['GET', 'HEAD', 'OPTIONS'].includes(method) && !READING_POSTS.test(url);
      return mortal(`${method} ${new URL(url).pathname}`, isWrite, () => real.send(request));
    },
  };
  const environment = { PATH: process.env.PATH, HOME: home };
  const sources = { environment, shell: makeShell(), sandbox: { token } };
  const credential = findAzureDevOpsCredential(sources);
  const { organizationUrl, project, databricksHost: host } = target;
  return {
    http,
    writes,
    credential,
    azureDevOps: makeAzureDevOps({ http, organizationUrl, project, credential }),
    databricks: makeDatabricks({ http, host, credential: findDatabricksCredential(sources) }),
    git: mortalGit(makeGit(environment), mortal),
    disk: openDisk(folder),
  };
}

type Mortal = <Answer>(name: string, isWrite: boolean, run: () => Promise<Answer>) => Promise<Answer>;

function mortalGit(git: Git, mortal: Mortal): Git {
  return {
    ...git,
    init: (folder) => mortal('git init', true, () => git.init(folder)),
    commit: (folder, options) => mortal('git commit', true, () => git.commit(folder, options)),
    setOrigin: (folder, url) => mortal('git config', true, () => git.setOrigin(folder, url)),
    pushFirst: (folder, remote) => mortal('git push', true, () => git.pushFirst(folder, remote)),
  };
}
