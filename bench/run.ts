// Measures the built CLI beside bare Node, a plain script and other scaffolders, and prints ratios of one run.
//   npm run bench [-- --runs 15] [--no-peers] [--check]      --check: exit 1 when a budget is not kept
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../scripts/toolchain.mjs';
import { prepareFloor } from './floor.ts';
import { type Contents, preparePeers } from './peers.ts';
import { BUDGETS, describeBudgets, describeSamples, isKept, type Sample } from './report.ts';

const node = process.env.PRODUCT_NODE ?? process.execPath;
const bin = join(ROOT, 'packages/create-mlops-model/bin.cjs');
// Answers by flags, as the other scaffolders get theirs.
const answers = ['--name=ottawa-over-asking', '--schedule=0 6 * * 1', '--time-zone=America/Toronto'];
const create = [bin, 'create', '{dir}', ...answers, '--yes', '--no-interactive'];

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
// A machine whose git knows who works there, as that of most people does.
writeFileSync(join(folder, '.gitconfig'), '[user]\n\tname = Bench\n\temail = bench@bench.test\n');

/** NODE_EXTRA_CA_CERTS would be read at each start of Node 20 and hide everything else. */
const env = { PATH: process.env.PATH ?? '', HOME: folder, LANG: 'C.UTF-8' };

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '15' },
    peers: { type: 'boolean', default: true },
    check: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

try {
  const contents = generateOnce(join(folder, 'once'));
  const floor = prepareFloor(folder, contents);
  const variants = [
    { name: 'bare node', argv: [node, '-e', '0'] },
    { name: '--version', argv: [node, bin, '--version'] },
    { name: '--help', argv: [node, bin, '--help'] },
    { name: 'floor', argv: [node, floor, '{dir}'] },
    { name: 'floor + git', argv: [node, floor, '{dir}', 'git'] },
    { name: 'create --files-only', argv: [node, ...create, '--files-only'] },
    ...(values.peers ? preparePeers(folder, node, contents) : []),
  ];
  const samples = measure(variants, Number(values.runs));
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  console.log(`Node ${version}, ${contents.size} files, ${values.runs} rounds\n`);
  console.log(describeSamples(samples));
  console.log(`\n${describeBudgets(samples)}`);
  if (values.check && !BUDGETS.every((budget) => isKept(budget, samples))) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** What the CLI writes for the example; the plain script and the peers write the same. */
function generateOnce(target: string): Contents {
  const args = create.map((part) => part.replace('{dir}', target));
  execFileSync(node, [...args, '--files-only'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const files = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(target, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const kept = paths.filter((path) => !path.startsWith('.git/')).sort();
  return new Map(kept.map((path) => [path, readFileSync(join(target, path), 'utf8')]));
}

function measure(variants: readonly { name: string; argv: string[] }[], runs: number): Sample[] {
  const input = JSON.stringify({ runs, env, variants });
  const { status, stdout } = spawnSync('python3', [join(ROOT, 'bench/measure.py')], {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error('measure.py stopped; what it says stands above.');
  return JSON.parse(stdout) as Sample[];
}
