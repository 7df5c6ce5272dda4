import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestSandbox } from '../../packages/sandbox/src/test-sandbox.ts';

const run = promisify(execFile);

/** Who runs `az`, and whether it is told the project: some commands take none. */
interface AzOptions {
  readonly who?: string;
  readonly project?: boolean;
}

/** Runs `az`, and reads what it prints. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
export type Az = (args: readonly string[], options?: AzOptions) => Promise<any>;

/** Microsoft's Azure CLI against the organisation of a sandbox, with settings and caches of its own. */
export function azOf(box: TestSandbox): Az {
  const config = box.folder('az');
  return async (args, { who = 'you', project = true } = {}) => {
    const where = ['--org', box.organizationUrl, '--detect', 'false', '-o', 'json', ...(project ? ['-p', 'ml'] : [])];
    const { stdout } = await run('az', [...args, ...where], {
      env: {
        PATH: process.env.PATH,
        HOME: config,
        AZURE_CONFIG_DIR: config,
        AZURE_DEVOPS_CACHE_DIR: `${config}/cache-${who}`,
        AZURE_DEVOPS_EXT_PAT: box.tokenOf(who),
        AZURE_CORE_COLLECT_TELEMETRY: 'false',
        AZURE_EXTENSION_USE_DYNAMIC_INSTALL: 'no',
      },
    });
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  };
}
