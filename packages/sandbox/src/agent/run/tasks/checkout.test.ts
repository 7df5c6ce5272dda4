import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JobRepository } from '../job-work.ts';
import { makeFolder, type Trial, tryJob } from '../test-host.ts';

const URL = 'http://127.0.0.1:1/contoso/Housing/_git/price';

function git(folder: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
  return execFileSync('git', ['-C', folder, ...who, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** A bare repository with a clone to write in. */
function makeRepository(folder: string) {
  const bare = join(folder, 'price.git');
  const clone = join(folder, 'clone');
  mkdirSync(clone);
  git(folder, 'init', '--quiet', '--bare', '-b', 'main', bare);
  git(clone, 'init', '--quiet', '-b', 'main');
  git(clone, 'remote', 'add', 'origin', bare);
  return {
    bare,
    clone,
    commit(name: string, ref = 'refs/heads/main'): string {
      writeFileSync(join(clone, name), name);
      git(clone, 'add', '-A');
      git(clone, 'commit', '--quiet', '-m', name);
      git(clone, 'push', '--quiet', '--force', 'origin', `HEAD:${ref}`);
      return git(clone, 'rev-parse', 'HEAD');
    },
    at: (commitId: string, ref = 'refs/heads/main'): JobRepository => ({
      folder: bare,
      name: 'price',
      url: URL,
      ref,
      commitId,
    }),
  };
}

const shown = ({ output }: Trial, place = 1) => output(place);
const LOOK = '- bash: git rev-parse HEAD; git status --short --branch | head -1; ls\n';

describe('checkout', () => {
  it('is the first step of a job that says nothing of it', async () => {
    using agent = makeFolder();
    const repository = makeRepository(agent.folder);
    const commit = repository.commit('a');
    const trial = await tryJob(agent.folder, LOOK, { implicitCheckout: true, repository: repository.at(commit) });
    expect(trial.seen.steps.map(({ index, title }) => [index, title])).toEqual([
      [-1, 'Checkout price@main to s'],
      [0, 'Bash'],
    ]);
    expect(shown(trial)).toEqual([commit, '## HEAD (no branch)', 'a']);
  });

  it('of nothing keeps it away', async () => {
    using agent = makeFolder();
    const trial = await tryJob(agent.folder, `- checkout: none\n${LOOK}`, { implicitCheckout: true });
    expect(trial.seen.steps.map(({ index }) => index)).toEqual([1]);
  });

  it('has the address of the service as origin, and no history where one commit was asked for', async () => {
    using agent = makeFolder();
    const repository = makeRepository(agent.folder);
    repository.commit('a');
    const commit = repository.commit('b');
    const look = '- bash: git remote get-url origin; git rev-list --count HEAD; git rev-parse origin/main\n';
    const shallow = await tryJob(agent.folder, `- checkout: self\n  fetchDepth: 1\n${look}`, {
      repository: repository.at(commit),
    });
    expect(shown(shallow)).toEqual([URL, '1', commit]);
    const whole = await tryJob(agent.folder, `- checkout: self\n  fetchDepth: 0\n${look}`, {
      repository: repository.at(commit),
    });
    expect(shown(whole)).toEqual([URL, '2', commit]);
  });

  it('stays with its commit when the branch has moved on, and when it begins anew', async () => {
    using agent = makeFolder();
    const repository = makeRepository(agent.folder);
    const commit = repository.commit('a');
    repository.commit('b');
    git(repository.clone, 'checkout', '--quiet', '--orphan', 'other');
    repository.commit('c');
    const trial = await tryJob(agent.folder, `- checkout: self\n  fetchDepth: 1\n${LOOK}`, {
      repository: repository.at(commit),
    });
    expect(shown(trial)).toEqual([commit, '## HEAD (no branch)', 'a']);
  });

  it('takes the merge commit of a pull request', async () => {
    using agent = makeFolder();
    const repository = makeRepository(agent.folder);
    repository.commit('a');
    const merge = repository.commit('merged', 'refs/pull/7/merge');
    const trial = await tryJob(
      agent.folder,
      `- checkout: self\n${LOOK}- bash: git rev-parse refs/remotes/pull/7/merge\n`,
      {
        repository: repository.at(merge, 'refs/pull/7/merge'),
      },
    );
    expect([...shown(trial), ...shown(trial, 2)]).toEqual([merge, '## HEAD (no branch)', 'a', 'merged', merge]);
  });

  it('takes what the job before left, unless it is to be clean; a lock left by a kill does not stop it', async () => {
    using agent = makeFolder();
    const repository = makeRepository(agent.folder);
    const first = repository.at(repository.commit('a'));
    await tryJob(agent.folder, '- checkout: self\n- bash: touch built; echo edited > a; touch .git/index.lock\n', {
      repository: first,
    });
    const second = repository.at(repository.commit('b'));
    const kept = await tryJob(agent.folder, `- checkout: self\n${LOOK}- bash: cat a\n`, { repository: second });
    expect([...shown(kept).slice(2), ...shown(kept, 2)]).toEqual(['a', 'b', 'built', 'a']);
    const clean = await tryJob(agent.folder, `- checkout: self\n  clean: true\n${LOOK}`, { repository: second });
    expect(shown(clean).slice(2)).toEqual(['a', 'b']);
  });

  it('into a folder of its own moves the sources there', async () => {
    using agent = makeFolder();
    const repository = makeRepository(agent.folder);
    const trial = await tryJob(
      agent.folder,
      '- checkout: self\n  path: own/code\n- bash: pwd; echo "$BUILD_SOURCESDIRECTORY"\n',
      {
        repository: repository.at(repository.commit('a')),
      },
    );
    const folder = join(agent.folder, '_work', '1', 'own', 'code');
    expect(shown(trial)).toEqual([folder, folder]);
  });

  it('into somebody else’s folder is refused', async () => {
    using agent = makeFolder();
    const { end } = await tryJob(agent.folder, '- checkout: self\n  path: ../../elsewhere\n');
    expect(end.result).toBe('Failed');
  });

  it('of a commit that is not there says which git command failed', async () => {
    using agent = makeFolder();
    const repository = makeRepository(agent.folder);
    repository.commit('a');
    const { seen } = await tryJob(agent.folder, '- checkout: self\n', { repository: repository.at('1'.repeat(40)) });
    expect(seen.steps[0]?.end?.issues.map(({ message }) => message)).toEqual(['Git fetch failed with exit code: 128']);
  });

  it('keeps its credentials for the length of the job where it is asked to, and shows them nowhere', async () => {
    using agent = makeFolder();
    const repository = makeRepository(agent.folder);
    const yaml =
      '- checkout: self\n  persistCredentials: true\n- bash: git config --get-all http.$(git remote get-url origin).extraheader\n';
    const token = crypto.randomUUID();
    const trial = await tryJob(agent.folder, yaml, {
      repository: repository.at(repository.commit('a')),
      variables: { 'System.AccessToken': { value: token, isSecret: true } },
    });
    expect(shown(trial)).toEqual(['AUTHORIZATION: bearer ***']);
    expect(readFileSync(join(agent.folder, '_work', '1', 's', '.git', 'config'), 'utf8')).not.toContain(token);
  });
});
