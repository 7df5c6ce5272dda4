import type { Files } from '@create-mlops-model/core';
import { fileAddress, fileResource } from '../resources/file.ts';
import { localRepositoryResource } from '../resources/local-repository.ts';
import type { Author } from '../services/git.ts';
import type { Services } from '../services/services.ts';

/** What lies on this disk alone. */
export interface CloneSpec {
  /** The repository's name. */
  readonly name: string;
  /** The rendered files; empty where the project exists already. */
  readonly files: Files;
  /** Address of the repository; absent while it is not known. */
  readonly origin?: string;
  /** Asked where git's configuration names nobody. */
  readonly author: () => Promise<Author>;
}

/** Files and the clone that holds them; needs no service. */
export function declareClone({ files, ...spec }: CloneSpec, { disk, git }: Pick<Services, 'disk' | 'git'>) {
  const entries = [...files];
  const clone = localRepositoryResource(
    {
      ...spec,
      paths: entries.map(([path]) => path),
      executables: entries.filter(([, file]) => file.executable).map(([path]) => path),
      needs: entries.map(([path]) => fileAddress(path)),
    },
    disk,
    git,
  );
  return { files: entries.map(([path, file]) => fileResource(path, file, disk)), clone };
}
