import { mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Writes the `docker` of agents on a machine without a container engine.
 * @param folder holds the program and its images
 * @returns the folder to put on PATH
 */
export function writeOwnDocker(folder: string): string {
  // Beside this file, in the sources as in the bundle.
  const program = fileURLToPath(new URL(`./docker${extname(import.meta.url)}`, import.meta.url));
  const path = join(folder, 'bin');
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const words = [process.execPath, program, join(folder, 'images')];
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  writeFileSync(join(path, 'docker'), `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o700 });
  return path;
}
