import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where an image's files lie, and which ports of this machine stand for the container's. */
export interface Place {
  readonly root: string;
  /** By the container's port. */
  readonly ports: ReadonlyMap<number, number>;
}

/**
 * An argument or a variable's value as it has to be for a process that sees this machine's files and network instead of
 * the image's: paths of the image lead below its folder, its ports are exchanged, and it listens on this machine only.
 */
export function relocate(text: string, { root, ports }: Place): string {
  const moved = text.replace(/(^|[=:,])(\/[^=:,\s]*)/g, (all, before: string, path: string) =>
    path !== '/' && !path.startsWith('//') && existsSync(join(root, path)) ? `${before}${join(root, path)}` : all,
  );
  const local = moved.replace(/^(.*=)?0\.0\.0\.0(?=$|:)/, '$1127.0.0.1');
  return local.replace(/(^|[=:])(\d{1,5})$/, (all, before: string, port: string) => {
    const own = ports.get(Number(port));
    return own === undefined ? all : `${before}${own}`;
  });
}
