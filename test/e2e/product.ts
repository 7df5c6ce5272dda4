import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/toolchain.mjs';

/** The Node.js that people would have; the tests themselves may run under a newer one. */
export const PRODUCT_NODE = process.env.PRODUCT_NODE ?? process.execPath;

/** Folder with the two packages as they are published; another one tests other copies of them. */
const PACKAGES = process.env.PRODUCT_PACKAGES ?? join(ROOT, 'packages');

/** The CLI's program. */
export const PRODUCT = join(PACKAGES, 'create-mlops-model/bin.cjs');

/** The sandbox's program. */
export const SANDBOX = join(
  PACKAGES,
  process.env.PRODUCT_PACKAGES ? 'create-mlops-model-sandbox' : 'sandbox',
  'bin.js',
);

/** The answers of the example. */
export const EXAMPLE = join(ROOT, 'examples/ottawa-over-asking.yaml');

/** How a run ended and what it printed. */
export interface Ran {
  /** The exit code; 128 + n after signal n. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and as whom the product runs. */
export interface ProductOptions {
  /** Made if it is not there. */
  readonly cwd: string;
  /** Home folder: no settings of git or anything else. Made if it is not there. */
  readonly home: string;
  /** Added to an environment that holds next to nothing. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A run that is still going on. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

/** An environment with a clean home and no settings of the machine. */
export function toEnvironment(home: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    ...more,
  };
}

/** Starts the built product, without a terminal. */
export function startProduct(args: readonly string[], { cwd, home, env }: ProductOptions): Running {
  for (const folder of [cwd, home]) mkdirSync(folder, { recursive: true });
  const child = spawn(PRODUCT_NODE, [PRODUCT, ...args], {
    cwd,
    env: toEnvironment(home, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, ended: collect(child) };
}

/** Runs the built product to its end, without a terminal. */
export function runProduct(args: readonly string[], options: ProductOptions): Promise<Ran> {
  return startProduct(args, options).ended;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Waits for the end of a process and gathers what it prints. */
export function collect(child: ChildProcess): Promise<Ran> {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ exitCode: code ?? 128 + (SIGNALS[signal ?? ''] ?? 0), ...printed }),
    );
  });
}
