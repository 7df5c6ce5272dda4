import { mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { UserError } from '@create-mlops-model/core';
import { findStat } from './find-stat.ts';

/** Paths below one folder, none of which leads out of it. */
export interface FolderPaths {
  /** The path on this disk. @throws UserError for one that would lead out by its form */
  inside(path: string): string;
  /** Sees to it that the folders above are real ones. @returns whether they are there; with `make` they always are */
  checkParents(path: string, make: boolean): boolean;
  /** Folders may have gone since they were checked. */
  forget(): void;
}

/** Keeps which folders were found to be real, so that each is looked at once. */
export function makeFolderPaths(folder: string): FolderPaths {
  /** Folders known to be real. */
  const checked = new Set<string>();
  const inside: FolderPaths['inside'] = (path) => {
    const parts = path.split('/');
    if (isAbsolute(path) || parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\'))) {
      throw refused(path);
    }
    return join(folder, ...parts);
  };
  const checkParents: FolderPaths['checkParents'] = (path, make) => {
    const parts = path.split('/').slice(0, -1);
    if (make && !checked.has('')) {
      mkdirSync(folder, { recursive: true });
      checked.add('');
    }
    let current = '';
    for (const part of parts) {
      current = current === '' ? part : `${current}/${part}`;
      if (checked.has(current)) continue;
      const full = join(folder, current);
      const stat = findStat(full);
      if (stat && !stat.isDirectory()) throw refused(current);
      if (!stat && !make) return false;
      if (!stat) mkdirSync(full);
      checked.add(current);
    }
    return true;
  };
  return { inside, checkParents, forget: () => checked.clear() };
}

/** What is said of a path that leads elsewhere. */
export function refused(path: string): UserError {
  return new UserError(
    'failed',
    {
      en: `${path} would lead out of the project folder or through a symbolic link.`,
      fr: `${path} mènerait hors du dossier du projet ou par un lien symbolique.`,
    },
    { en: 'Remove the link, or choose another folder.', fr: 'Retirez le lien, ou choisissez un autre dossier.' },
  );
}
