import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clone, Git } from '../../packages/create-mlops-model/src/services/git.ts';
import type { FakeAzureDevOps } from './azure-devops.ts';

/** git in memory: clones by folder, pushes into a fake Azure DevOps. */
export function fakeGit(
  devops: FakeAzureDevOps,
  files: ReadonlyMap<string, string>,
): Git & { readonly clones: Map<string, Clone> } {
  const clones = new Map<string, Clone>();
  return {
    clones,
    findClone: async (folder) => clones.get(folder),
    async init(folder) {
      mkdirSync(join(folder, '.git'), { recursive: true });
      clones.set(folder, {});
    },
    async commit(folder) {
      clones.set(folder, { ...clones.get(folder), head: 'c0ffee' });
      return 'c0ffee';
    },
    async setOrigin(folder, origin) {
      clones.set(folder, { ...clones.get(folder), origin });
    },
    async pushFirst(folder, { url }) {
      if (devops.state.mains.has(url)) return 'refused';
      devops.state.mains.set(url, { commit: clones.get(folder)?.head ?? '', files });
      return 'pushed';
    },
    async clone({ url }, folder) {
      const main = devops.state.mains.get(url);
      clones.set(folder, { origin: url, ...(main ? { head: main.commit } : {}) });
    },
    finishClone: async () => undefined,
    nameAuthor: async () => false,
    switchTo: async () => undefined,
    fastForward: async () => undefined,
    removeBranch: async () => undefined,
    leadsTo: async () => true,
    push: async () => undefined,
    fetch: async () => undefined,
    follow: async () => undefined,
    findText: async (_folder, _revision, path) => files.get(path),
    status: async () => [],
    findBranch: async () => 'main',
    listChanged: async () => [],
  };
}
