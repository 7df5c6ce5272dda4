// The tool chain: Node 24 and pnpm, both supplied by npm, whatever Node started this (20.19 or newer).
//   node scripts/toolchain.mjs <command> [arguments…]     runs the command with both on PATH, after set-up if it is due
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The one place that says which Node and pnpm build and test this repository. */
export const TOOLCHAIN = { node: '24.21.0', pnpm: '12.21.0' };

/** The repository's root, no slash at the end. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const CACHE = join(ROOT, 'node_modules', '.cache', 'toolchain');

/** Brings tools and dependencies to what the lock file says; quick when nothing changed. */
export function setUp() {
  const bin = findTools();
  const wanted = hashInputs();
  const mark = join(CACHE, 'installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted && existsSync(join(ROOT, 'node_modules', '.pnpm')))
    return;
  console.error('Setting up: installing what the lock file names …');
  // CI=true: pnpm asks nothing, even where it has to lay node_modules anew.
  const env = { ...toolEnvironment(bin), CI: 'true' };
  const { status, error } = spawnSync('pnpm', ['install', '--frozen-lockfile'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 2, 2],
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`pnpm install ended with ${status}. Put right what it says above and run this again.`);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(mark, wanted);
}

/**
 * Runs a command with the tool chain on PATH and the terminal handed through.
 * @returns its exit code, 128 + n after signal n
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const { env, ...rest } = options;
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: 'inherit',
      ...rest,
      env: { ...toolEnvironment(findTools()), ...env },
    });
    // The terminal sends Ctrl-C to the child as well; this process waits for the child to end.
    const wait = () => {};
    process.on('SIGINT', wait);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', wait);
      resolve(signal ? 128 + constants.signals[signal] : (code ?? 1));
    });
  });
}

/** The environment with Node and pnpm of the tool chain first on PATH. `PRODUCT_NODE` names the Node that started all this. */
export function toolEnvironment(bin = findTools()) {
  return {
    PRODUCT_NODE: process.execPath,
    ...process.env,
    PATH: [bin, join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  };
}

/** The folder that holds `node` and `pnpm` of the tool chain; npm fetches them into its own cache when they are missing. */
function findTools() {
  const mark = join(CACHE, `tools-${TOOLCHAIN.node}-${TOOLCHAIN.pnpm}`);
  if (existsSync(mark)) {
    const bin = readFileSync(mark, 'utf8');
    if (existsSync(join(bin, 'node')) && existsSync(join(bin, 'pnpm'))) return bin;
  }
  // On Linux the package that is the program itself: it needs no install script, which newer versions of npm refuse to run.
  const node = process.platform === 'linux' ? `node-linux-${process.arch}` : 'node';
  const print = 'process.version+" "+process.env.PATH';
  const { status, stdout, error } = spawnSync(
    'npx',
    ['-y', '-p', `${node}@${TOOLCHAIN.node}`, '-p', `pnpm@${TOOLCHAIN.pnpm}`, 'node', '-p', print],
    { cwd: dirname(process.execPath), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: quietNpm() },
  );
  if (error) throw error;
  const [version, path = ''] = stdout.trim().split(' ', 2);
  if (status !== 0 || version !== `v${TOOLCHAIN.node}`) {
    throw new Error(
      `npm could not supply Node ${TOOLCHAIN.node} and pnpm ${TOOLCHAIN.pnpm} (npx ended with ${status}).`,
    );
  }
  const bin = path.split(delimiter).find((folder) => existsSync(join(folder, 'pnpm')));
  if (!bin) throw new Error(`npm fetched pnpm ${TOOLCHAIN.pnpm}, and it is not on the PATH that npx made.`);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(mark, bin);
  return bin;
}

/** npm hands its own settings down as variables; `npm_config_*` of the caller would steer the inner npx. */
function quietNpm() {
  return { ...process.env, npm_config_loglevel: 'error', npm_config_yes: 'true' };
}

/** Everything that decides what `pnpm install` lays down. */
function hashInputs() {
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/package.json`);
  const hash = createHash('sha256').update(JSON.stringify(TOOLCHAIN));
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...packages]) {
    const path = join(ROOT, file);
    if (existsSync(path)) hash.update(file).update(readFileSync(path));
  }
  return hash.digest('hex');
}

const [, self, command, ...args] = process.argv;
if (self && realpathSync(self) === realpathSync(fileURLToPath(import.meta.url))) {
  if (command === undefined) {
    console.error('usage: node scripts/toolchain.mjs <command> [arguments…]');
    process.exitCode = 2;
  } else {
    setUp();
    process.exitCode = await run(command, args);
  }
}
