import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../scripts/toolchain.mjs';

/** A program of the npm registry that only tests or measurements need. */
export interface NpmProgram {
  readonly package: string;
  /** Exact. */
  readonly version: string;
  /** Its name in the package's `bin`. */
  readonly program: string;
  /** Versions forced on its dependencies. */
  readonly overrides?: Readonly<Record<string, string>>;
}

/**
 * The path of the program, installed the first time into a cache beside the tool chain's.
 * It stays out of the lock file, so that setting up the repository stays lean.
 */
export function getNpmProgram(wanted: NpmProgram): string {
  const cache = join(ROOT, 'node_modules/.cache/programs');
  const manifest = JSON.stringify({
    private: true,
    dependencies: { [wanted.package]: wanted.version },
    overrides: wanted.overrides ?? {},
  });
  const folder = join(cache, `${wanted.program}-${createHash('sha256').update(manifest).digest('hex').slice(0, 12)}`);
  if (!existsSync(folder)) install(cache, folder, manifest);
  return realpathSync(join(folder, 'node_modules/.bin', wanted.program));
}

/** The `node` of another version, as npm ships it (Linux). */
export function getNode(version: string): string {
  return getNpmProgram({ package: `node-linux-${process.arch}`, version, program: 'node' });
}

/** Beside its place and then renamed: a killed install, or a second one at the same time, leaves no half of it there. */
function install(cache: string, folder: string, manifest: string): void {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'install-'));
  writeFileSync(join(work, 'package.json'), manifest);
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  execFileSync('npm', args, { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    renameSync(work, folder);
  } catch (error) {
    rmSync(work, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}
