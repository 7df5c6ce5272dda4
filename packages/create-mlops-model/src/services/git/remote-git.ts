import { dirname } from 'node:path';
import { describeFolder, openDisk } from '../disk.ts';
import type { RemoteGit } from '../git.ts';
import type { GitCalls } from './git-calls.ts';
import { messageOf, toRemoteError } from './git-error.ts';

/** What talks to a remote. */
export function makeRemoteGit({ run, write }: GitCalls): RemoteGit {
  const fetch: RemoteGit['fetch'] = async (folder, branch, remote) => {
    const refspec = `+refs/heads/${branch}:refs/remotes/origin/${branch}`;
    await run(folder, ['fetch', '--quiet', '--no-tags', 'origin', refspec], { remote }).catch((error: unknown) => {
      throw toRemoteError(error, remote);
    });
  };

  return {
    async clone(remote, folder) {
      // git makes the folders above itself, but has to be started somewhere.
      let above = dirname(folder);
      while (describeFolder(above) === 'missing') above = dirname(above);
      await run(above, ['clone', '--quiet', '--', remote.url, folder], { remote }).catch((error: unknown) => {
        throw toRemoteError(error, remote);
      });
    },
    async finishClone(folder, remote) {
      await fetch(folder, 'main', remote);
      openDisk(folder).remove('.git/index.lock');
      await write(folder, ['checkout', '--quiet', '--force', '-B', 'main', 'origin/main']);
    },
    async pushFirst(folder, remote) {
      // An empty lease: the push is refused if the branch exists, whatever it holds.
      const lease = '--force-with-lease=refs/heads/main:';
      try {
        await run(
          folder,
          ['push', '--porcelain', '--set-upstream', lease, 'origin', 'refs/heads/main:refs/heads/main'],
          { remote },
        );
        return 'pushed';
      } catch (error) {
        // `--porcelain` marks a refused reference with `!` and the reason; git has no other code for it.
        if (/^!\t\S+\t\[(remote )?rejected\]/m.test(messageOf(error))) return 'refused';
        throw toRemoteError(error, remote);
      }
    },
    async push(folder, branch, remote, commit) {
      const refspec = `${commit ?? `refs/heads/${branch}`}:refs/heads/${branch}`;
      try {
        await run(folder, ['push', '--porcelain', 'origin', refspec], { remote });
        return undefined;
      } catch (error) {
        const reason = /^!\t\S+\t\[(?:remote )?rejected\] \((.*)\)$/m.exec(messageOf(error))?.[1];
        if (reason !== undefined) return reason;
        throw toRemoteError(error, remote);
      }
    },
    fetch,
    async follow(folder, branch, remote) {
      await fetch(folder, branch, remote);
      await write(folder, ['branch', '--quiet', `--set-upstream-to=origin/${branch}`, branch]);
    },
  };
}
