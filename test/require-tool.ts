import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** Whether a program of this name lies on PATH. */
export function hasTool(name: string, path = process.env.PATH ?? ''): boolean {
  return path.split(delimiter).some((folder) => folder !== '' && isExecutable(join(folder, name)));
}

/**
 * `describe` for tests that need a program which not every machine has.
 * Without it they are skipped, and the suite's name says which tool is missing; under `REQUIRE=all` the file fails instead.
 * @param name the program's name on PATH, or any name people know it by
 * @param found how it is looked for, where a look at PATH is not enough
 */
export function requireTool(name: string, found: (name: string) => boolean = hasTool): typeof describe {
  if (found(name)) return describe;
  if (process.env.REQUIRE === 'all') throw new Error(`REQUIRE=all, and this machine has no ${name}`);
  const skipped = (title: string | ((...args: never[]) => unknown), ...rest: unknown[]) =>
    (describe.skip as (...args: unknown[]) => unknown)(`${String(title)} [needs ${name}]`, ...rest);
  return Object.assign(skipped, describe) as unknown as typeof describe;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
