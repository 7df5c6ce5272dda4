import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../test-sandbox.ts';

describe('git over HTTP', () => {
  let box: TestSandbox;
  let work: string;
  let url: string;
  let repositoryId: string;
  beforeAll(async () => {
    box = await startTestSandbox();
    repositoryId = (await box.ask('POST', 'ml/_apis/git/repositories', { name: 'churn' })).body.id;
    url = `${box.organizationUrl}/ml/_git/churn`;
    work = box.folder('work');
    await box.git(work, ['init', '-q', '-b', 'main']);
    await commit('README.md', 'one');
    await box.git(work, ['push', '-q', url, 'main'], 'you');
  });
  afterAll(() => box?.stop());

  async function commit(path: string, text: string): Promise<void> {
    writeFileSync(join(work, path), text);
    await box.git(work, ['add', '-A']);
    await box.git(work, ['commit', '-q', '-m', `${path}: ${text.slice(0, 20)}`]);
  }

  async function protect(refName: string, matchKind = 'exact'): Promise<number> {
    const policy = await box.ask('POST', 'ml/_apis/policy/configurations', {
      isEnabled: true,
      isBlocking: true,
      type: { id: 'fa4e907d-c16b-4a4c-9dfa-4906e5d171dd' },
      settings: { minimumApproverCount: 1, scope: [{ repositoryId, refName, matchKind }] },
    });
    return policy.body.id;
  }

  test('the first branch that is pushed becomes the default one', async () => {
    const before = await box.ask('GET', 'ml/_apis/git/repositories/ml');
    expect(before.body).not.toHaveProperty('defaultBranch');
    await box.git(work, ['push', '-q', `${box.organizationUrl}/_git/ml`, 'main:develop'], 'you');
    const after = await box.ask('GET', 'ml/_apis/git/repositories/ml');
    expect(after.body.defaultBranch).toBe('refs/heads/develop');
  });

  test('a clone has what was pushed, and HEAD is main', async () => {
    const clone = box.folder('clone');
    await box.git(clone, ['clone', '-q', url, '.'], 'reader');
    expect(readFileSync(join(clone, 'README.md'), 'utf8')).toBe('one');
    const { stdout } = await box.git(clone, ['symbolic-ref', 'refs/remotes/origin/HEAD']);
    expect(stdout.trim()).toBe('refs/remotes/origin/main');
  });

  test('without a sign-in there is a challenge, so that git asks its credential helper', async () => {
    const answer = await box.ask('GET', 'ml/_git/churn/info/refs?service=git-upload-pack', undefined, {
      who: 'nobody',
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    await expect(box.git(box.folder('none'), ['clone', '-q', url, '.'])).rejects.toThrow(/could not read Username/);
  });

  test('a reader may not push', async () => {
    await commit('README.md', 'two');
    await expect(box.git(work, ['push', url, 'main'], 'reader')).rejects.toThrow(
      /The requested URL returned error: 403/,
    );
    await box.git(work, ['push', '-q', url, 'main'], 'colleague');
    expect((await box.git(work, ['ls-remote', url, 'main'], 'you')).stdout).toContain('refs/heads/main');
  });

  test('a push past a policy is refused with the service’s words, other branches of the same push pass', async () => {
    const id = await protect('refs/heads/main');
    await commit('README.md', 'three');
    const push = box.git(work, ['push', url, 'main', 'main:refs/heads/feature'], 'you');
    await expect(push).rejects.toThrow(
      '! [remote rejected] main -> main (TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.)',
    );
    const { stdout } = await box.git(work, ['ls-remote', url], 'you');
    const head = (await box.git(work, ['rev-parse', 'HEAD'])).stdout.trim();
    expect(stdout).toContain(`${head}\trefs/heads/feature`);
    expect(stdout).not.toContain(`${head}\trefs/heads/main`);
    await expect(box.git(work, ['push', url, ':main'], 'you')).rejects.toThrow(/TF402455/);
    await box.ask('DELETE', `ml/_apis/policy/configurations/${id}`);
    await box.git(work, ['push', '-q', url, 'main'], 'you');
  });

  test('a policy on a prefix covers the branches below it; a disabled one covers none', async () => {
    await box.git(work, ['push', '-q', url, 'main:refs/heads/release/1', 'main:refs/heads/released'], 'you');
    const id = await protect('refs/heads/release', 'prefix');
    await commit('README.md', 'four');
    await expect(box.git(work, ['push', url, 'main:refs/heads/release/1'], 'you')).rejects.toThrow(/TF402455/);
    await box.git(work, ['push', '-q', url, 'main:refs/heads/released'], 'you');
    const { body } = await box.ask('GET', `ml/_apis/policy/configurations/${id}`);
    await box.ask('PUT', `ml/_apis/policy/configurations/${id}`, { ...body, isEnabled: false });
    await box.git(work, ['push', '-q', url, 'main:refs/heads/release/1'], 'you');
    expect((await box.git(work, ['ls-remote', url, 'release/1'], 'you')).stdout).not.toBe('');
  });

  test('a push of several megabytes, sent in pieces, arrives whole', async () => {
    const text = Array.from({ length: 400_000 }, (_, index) =>
      ((index * 2_654_435_761) % 4_294_967_296).toString(36),
    ).join('\n');
    await commit('data.txt', text);
    await box.git(work, ['push', '-q', url, 'main'], 'you');
    const item = await box.ask('GET', 'ml/_apis/git/repositories/churn/items?path=/data.txt');
    expect(item.text.length).toBe(text.length);
  });

  test('a push whose answer is lost has taken effect, one whose request is lost has not', async () => {
    await commit('README.md', 'five');
    const head = (await box.git(work, ['rev-parse', 'HEAD'])).stdout.trim();
    const push = (branch: string) => box.git(work, ['push', '-q', url, `main:refs/heads/${branch}`], 'you');
    for (const fault of ['drop-before', 'drop-after']) {
      // Twice: git's HTTP library tries once more when a connection it had kept open dies.
      await box.control('POST', 'faults', { method: 'POST', path: 'git-receive-pack$', times: 2, fault });
      await expect(push(fault)).rejects.toThrow();
      await box.control('DELETE', 'faults');
    }
    const { stdout } = await box.git(work, ['ls-remote', url], 'you');
    expect(stdout).toContain(`${head}\trefs/heads/drop-after`);
    expect(stdout).not.toContain('refs/heads/drop-before');
  });

  test('the build identity may push only once somebody allows it', async () => {
    await expect(box.git(work, ['push', url, 'main:refs/heads/bot'], 'pipelines')).rejects.toThrow(/403/);
    const { instanceId } = (await box.ask('GET', '_apis/connectionData')).body;
    const project = (await box.ask('GET', '_apis/projects/ml')).body;
    await box.ask('POST', '_apis/accesscontrolentries/2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87', {
      token: `repoV2/${project.id}/${repositoryId}`,
      merge: true,
      accessControlEntries: [
        { descriptor: `Microsoft.TeamFoundation.ServiceIdentity;${instanceId}:Build:${project.id}`, allow: 4, deny: 0 },
      ],
    });
    await box.git(work, ['push', '-q', url, 'main:refs/heads/bot'], 'pipelines');
    expect((await box.git(work, ['ls-remote', url, 'bot'], 'you')).stdout).not.toBe('');
  });
});
