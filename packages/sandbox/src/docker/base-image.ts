import { ARCHITECTURE } from '../cluster/node/image-files.ts';
import { PROCESS_LABEL } from '../cluster/node/process-image.ts';
import { findNearestPython } from '../python/find-pythons.ts';
import { DockerError } from './docker-error.ts';
import type { ImageStore, StoredImage } from './image-store.ts';
import { PATH } from './plan-build.ts';

/** No time of this machine: equal contents give an equal image. */
export const CREATED = '1970-01-01T00:00:00Z';

/** A base and the interpreter that stands for it. */
export interface Base {
  readonly image: StoredImage;
  /** The program. */
  readonly python: string;
  /** `3.12.1` */
  readonly version: string;
}

/**
 * What stands for a base image, which nobody can pull here: this machine's Python of the version that the base's name
 * says, with no files of its own.
 * @throws DockerError if the name says no version of Python, or there is none of it here
 */
export async function openBase(store: ImageStore, name: string, environment: NodeJS.ProcessEnv): Promise<Base> {
  const minor = Number(/(?:^|[/:-])(?:python|py)[:-]?3\.?(\d+)/i.exec(name)?.[1] ?? Number.NaN);
  if (Number.isNaN(minor)) {
    throw new DockerError(
      `${name} cannot be pulled: without a container engine a base stands for this machine's Python, and this name says no version of it, as python:3.12-slim does.`,
    );
  }
  const found = await findNearestPython(minor, environment);
  if (found?.version[0] !== 3 || found.version[1] !== minor) {
    throw new DockerError(
      `${name} cannot be pulled: without a container engine it stands for this machine's Python 3.${minor}, and there is none that has venv. Install it, or choose another Python in mlops.yaml.`,
    );
  }
  const digest = store.write(
    {
      created: CREATED,
      architecture: ARCHITECTURE,
      os: 'linux',
      config: { Env: [`PATH=${PATH}`], WorkingDir: '/', Labels: toLabels(found.text) },
      rootfs: { type: 'layers', diff_ids: [] },
      history: [],
    },
    [],
  );
  store.name(name, { digest, pushed: [] });
  const image = store.find(name);
  if (!image) throw new DockerError(`${name} could not be kept.`);
  return { image, python: found.path, version: found.text };
}

/** They tell whoever meets such an image what it is. @param version of Python */
export function toLabels(version: string): Readonly<Record<string, string>> {
  return { [PROCESS_LABEL.name]: PROCESS_LABEL.value, 'create-mlops-model-sandbox.python': version };
}
