import { UserError } from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import type { Finding } from '../doctor/finding.ts';
import { isSameRemote } from '../resources/local-repository.ts';
import type { Author, Remote } from '../services/git.ts';
import type { Services } from '../services/services.ts';

/** Refuses a folder that holds anything but a clone of the repository. @throws UserError `not-empty` */
export async function refuseForeignFolder(
  { disk, git }: Pick<Services, 'disk' | 'git'>,
  url: string,
  { translate }: Pick<CommandContext, 'translate'>,
): Promise<void> {
  if (disk.list().length === 0) return;
  const clone = disk.exists('.git') ? await git.findClone(disk.folder) : undefined;
  if (clone?.origin !== undefined && isSameRemote(clone.origin, url)) return;
  throw new UserError(
    'not-empty',
    translate('join.notEmpty', { directory: disk.folder }),
    translate('join.notEmpty.hint'),
  );
}

/** Clones into the folder, or takes the clone that is there; one that was killed half-way is finished. */
export async function cloneModel(
  { disk, git }: Pick<Services, 'disk' | 'git'>,
  remote: Remote,
  author: Author,
  { translate }: Pick<CommandContext, 'translate'>,
): Promise<readonly Finding[]> {
  const { folder } = disk;
  const isThere = disk.exists('.git/HEAD');
  // git writes the index last, when all files are there.
  const isWhole = disk.exists('.git/index');
  if (!isThere) await git.clone(remote, folder);
  else if (!isWhole) await git.finishClone(folder, remote);
  const text = translate(isWhole ? 'join.clone.there' : 'join.clone.made', { folder });
  const clone: Finding = { topic: 'machine', name: 'clone', status: 'pass', text };
  if (!(await git.nameAuthor(folder, author))) return [clone];
  const who = `${author.name} <${author.email}>`;
  return [clone, { topic: 'machine', name: 'author', status: 'pass', text: translate('join.author', { who }) }];
}
