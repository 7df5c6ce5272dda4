import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDisk } from '../services/disk.ts';
import { makeGit } from '../services/git.ts';
import { localRepositoryResource } from './local-repository.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mlops-local-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Needed by nothing here: it has no needs. */
const noLives = { find: async () => undefined, get: () => expect.unreachable() };

test('a commit that the git of a killed run still finished is taken, and none is made on top', async () => {
  const folder = join(root, 'model');
  const disk = openDisk(folder);
  disk.write('README.md', { contents: '# model\n', executable: false });
  const author = { name: 'You', email: 'you@example.test' };
  const git = makeGit({ PATH: process.env.PATH, HOME: root });
  const spec = { name: 'model', paths: ['README.md'], executables: [], needs: [], author: async () => author };
  const resource = localRepositoryResource({ ...spec, origin: 'http://there.test/model' }, disk, git);
  await git.init(folder);
  const live = (await resource.read(noLives)) ?? expect.unreachable();
  const head = await git.commit(folder, { ...spec, message: 'Start' });
  const settled = await resource.update(live, resource.diff(live), noLives);
  expect(settled).toEqual({ head, origin: 'http://there.test/model' });
  expect(execFileSync('git', ['-C', folder, 'rev-list', '--count', 'HEAD'], { encoding: 'utf8' }).trim()).toBe('1');
});
