import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hasTool, requireTool } from '../require-tool.ts';
import { makeAskAs } from './ask-as.ts';
import { type ServingWorld, startServingWorld } from './serving-world.ts';

const MODEL = 'tide-table';
const MINUTES = 60_000;

requireTool('python3 and kubectl', () => hasTool('python3') && hasTool('kubectl'))('rollback', () => {
  let world: ServingWorld;

  beforeAll(async () => {
    world = await startServingWorld(MODEL);
    await world.register(3);
    for (const version of ['1', '2']) {
      const deployed = await world.deploy(version);
      expect(deployed, deployed.stdout).toMatchObject({ exitCode: 0 });
    }
  }, 5 * MINUTES);
  afterAll(() => world?.stop());

  /** What `mlops.yaml` says on a branch. */
  async function readSelection(branch: string): Promise<unknown> {
    const query = `path=/mlops.yaml&versionDescriptor.version=${branch}&includeContent=true`;
    const ask = makeAskAs(world.sandbox);
    const { content } = await ask('you', 'GET', `mlops/_apis/git/repositories/${MODEL}/items?${query}&$format=json`);
    return parse(content).model.select;
  }

  it('refuses what is no version, a version that is gone, and one that the cluster does not keep', async () => {
    expect(await world.run('rollback', 'two')).toMatchObject({ exitCode: 2 });
    const gone = await world.run('rollback', '9');
    expect(gone).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Registered are: 3, 2, 1') });
    const notKept = await world.run('rollback', '3', '--now', '--lang', 'fr');
    expect(notKept).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ne garde plus la version 3') });
    expect(await world.readVersion()).toBe('2');
    expect((await world.sandbox.devOps('GET', `mlops/_apis/git/repositories/${MODEL}/pullrequests`)).count).toBe(0);
  });

  it('changes nothing in a dry run', async () => {
    const dry = await world.run('rollback', '1', '--now', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({ kind: 'rollback', status: 'dry-run', version: 1, before: '2' });
    expect(await world.readVersion()).toBe('2');
  });

  it('puts the one before back at once, and pins it by a pull request', { timeout: 2 * MINUTES }, async () => {
    const back = await world.run('rollback', '--now', '--json');
    expect(back, back.stderr).toMatchObject({ exitCode: 0 });
    const { status, version, pullRequest } = JSON.parse(back.stdout);
    expect({ status, version }).toEqual({ status: 'served', version: 1 });
    expect(await world.readVersion()).toBe('1');
    expect(await readSelection(pullRequest.branch)).toBe(1);
    expect(await readSelection('main')).toBe('best');
    const again = await world.run('rollback', '--now');
    expect(again.stdout).toContain(`Pull request ${pullRequest.id} already says this`);
    expect(await world.readVersion()).toBe('1');
  });

  it('is not undone by the next deploy without a word, until main says the same', {
    timeout: 3 * MINUTES,
  }, async () => {
    const refused = await world.deploy('2');
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain('version 1 was put back into service by hand');
    expect(await world.readVersion()).toBe('1');
    const status = await world.run('status');
    expect(status.stdout).toContain('deploys leave version 1 in service until main pins it');
    // As after the merge: main selects version 1, and its deploy run finds it live.
    expect(await world.deploy('1')).toMatchObject({ exitCode: 0 });
    const later = await world.deploy('3');
    expect(later, later.stdout).toMatchObject({ exitCode: 0 });
    expect(await world.readVersion()).toBe('3');
  });
});
