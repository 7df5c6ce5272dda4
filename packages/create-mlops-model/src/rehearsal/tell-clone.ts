import { join } from 'node:path';
import { UserError } from '@create-mlops-model/core';
import { openDisk } from '../services/disk.ts';
import type { Remote } from '../services/git.ts';
import type { Rehearsal } from './rehearsal.ts';

/** A colleague clones, changes a file on main, and is told to open a pull request. */
export async function tellClone({ context, disk, session, note }: Rehearsal): Promise<void> {
  const { terminal, translate } = context;
  const { azureDevOps, git, credential } = session.services;
  const live = await azureDevOps.repositories.find(session.project.names.repository);
  const remote: Remote = { url: live?.cloneUrl ?? '', authorization: await credential.authorization() };
  const folder = join(disk.folder, 'clone');
  disk.removeAll(['clone']);
  await git.clone(remote, folder);
  const clone = openDisk(folder);
  terminal.print(
    translate('rehearse.cloned', {
      folders: clone
        .list()
        .filter((name) => /^[a-z]+$/.test(name))
        .join(', '),
    }),
  );
  const readme = clone.find('README.md');
  clone.write('README.md', { contents: `${readme?.contents ?? ''}\nRehearsal.\n`, executable: false });
  const user = await azureDevOps.getUser();
  const head = await git.commit(folder, {
    paths: ['README.md'],
    executables: [],
    message: 'Change main directly',
    author: async () => ({ name: user.displayName, email: user.account }),
  });
  const reason = await git.push(folder, 'main', remote);
  if (reason === undefined) {
    throw new UserError('failed', {
      en: 'Rehearsing: the server took a direct push to main.',
      fr: 'Répétition\u00a0: le serveur a accepté un envoi direct vers main.',
    });
  }
  terminal.print(translate('rehearse.refused', { reason }));
  note(translate('rehearse.result.refused'), head);
}
