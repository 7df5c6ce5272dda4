import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of the system's for temporary files which nobody else may look into. */
export interface PrivateFolder {
  readonly folder: string;
  /** Removes it with all it holds. */
  remove(): void;
}

/** Makes one, with a name of its own. */
export function makePrivateFolder(): PrivateFolder {
  // `mkdtemp` gives the folder mode 0700 (POSIX.1-2017, mkdtemp).
  const folder = mkdtempSync(join(tmpdir(), 'create-mlops-model-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
