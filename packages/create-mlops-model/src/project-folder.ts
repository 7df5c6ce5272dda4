import { join, resolve } from 'node:path';
import { type Files, MANIFEST_PATH, type Manifest, UserError } from '@create-mlops-model/core';
import type { CommandContext } from './command.ts';
import { toInvocation } from './commands.ts';
import { type Disk, describeFolder, openDisk } from './services/disk.ts';

/** What a killed run leaves of a file it was writing (`disk.ts`). */
const DRAFT = /\.\d+\.tmp$/;

/** The folder that `create` is to write to, before anything is asked. @throws UserError where nothing could be written */
export function openTargetFolder(context: CommandContext, directory: string): Disk {
  const folder = resolve(context.cwd, directory);
  const { translate } = context;
  switch (describeFolder(folder)) {
    case 'link':
      throw new UserError(
        'usage',
        translate('create.symlink', { directory: folder }),
        translate('create.symlink.hint', { directory: openDisk(folder).realFolder() }),
      );
    case 'read-only':
      throw new UserError(
        'failed',
        translate('create.notWritable', { directory: folder }),
        translate('create.notWritable.hint'),
      );
    case 'file':
      throw new UserError(
        'usage',
        translate('create.isFile', { directory: folder }),
        translate('create.notEmpty.hint', { command: proposeFolder(context, folder) }),
      );
    case 'missing':
    case 'folder':
      return openDisk(folder);
  }
}

/**
 * Refuses a folder that holds anything but what an earlier run of the same answers wrote; sweeps up its half-written files.
 * @throws UserError `not-empty`
 */
export function refuseForeignFiles(context: CommandContext, disk: Disk, files: Files): void {
  const present = disk.listAll().filter((path) => !path.startsWith('.git/'));
  const drafts = present.filter((path) => DRAFT.test(path) && files.has(path.replace(DRAFT, '')));
  const foreign = present.filter(
    (path) => !drafts.includes(path) && files.get(path)?.contents !== disk.find(path)?.contents,
  );
  if (foreign.length > 0) {
    if (!present.includes(MANIFEST_PATH)) throw notEmpty(context, disk.folder);
    const { translate, version } = context;
    throw new UserError(
      'not-empty',
      translate('create.exists', { directory: disk.folder }),
      translate('create.exists.hint', { command: `cd ${disk.folder} && ${toInvocation(version)} apply` }),
    );
  }
  for (const draft of drafts) disk.remove(draft);
}

function notEmpty(context: CommandContext, folder: string): UserError {
  const { translate } = context;
  return new UserError(
    'not-empty',
    translate('create.notEmpty', { directory: folder }),
    translate('create.notEmpty.hint', { command: proposeFolder(context, folder) }),
  );
}

function proposeFolder({ version }: CommandContext, folder: string): string {
  return `${toInvocation(version)} ${join(folder, '..', 'my-model')}`;
}

/** The manifest as it lies on this disk. @throws UserError `usage`: there is none, or every problem with it is named */
export async function readManifest(context: CommandContext, disk: Disk): Promise<Manifest> {
  const file = disk.find(MANIFEST_PATH);
  if (!file) throw noManifest(context, disk.folder);
  // A new project has no manifest to read, and no need of a parser of YAML.
  const { parseManifest } = await import('@create-mlops-model/core/manifest-text');
  return parseManifest(file.contents, join(disk.folder, MANIFEST_PATH), context.translate);
}

/** Nobody made a model in this folder. */
export function noManifest({ translate, version }: CommandContext, directory: string): UserError {
  return new UserError(
    'usage',
    translate('error.noManifest', { directory }),
    translate('error.noManifest.hint', { command: toInvocation(version) }),
  );
}
