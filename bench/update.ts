// The same edits and the same newer templates through our update, copier's and cruft's: what became of each edit, and how long it took.
//   npm run bench:update [-- --runs 5 --no-outcomes]      needs Python and a package index for copier and cruft
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Files, sortFiles, withLock } from '../packages/core/src/index.ts';
import { renderProject } from '../packages/create-mlops-model/src/render-project.ts';
import { ROOT } from '../scripts/toolchain.mjs';
import { aManifest } from '../test/build.ts';
import { ensurePythonEnvironment } from '../test/peers/python-environment.ts';
import { applyEdit, type Edit, edits, toLater } from '../test/update/edits.ts';
import { toTree } from '../test/update/trees.ts';
import { describeOutcomes, judge, type Outcome } from './update-report.ts';
import {
  commit,
  copierTool,
  cruftTool,
  ourTool,
  runTool,
  type Time,
  type Tool,
  timeTool,
  type Workshop,
} from './update-tools.ts';

/** What update itself keeps, and the team's manifest. */
const KEPT = ['mlops.yaml', 'mlops.lock', '.mlops/base.jsonl'];
const CI = 'pipelines/ci-train/templates/ci.yml';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, outcomes: { type: 'boolean', default: true } },
  allowNegative: true,
});
const environment = await ensurePythonEnvironment(['copier==9.19.1', 'cruft==2.16.0']);
const folder = mkdtempSync(join(tmpdir(), 'bench-update-'));
writeFileSync(join(folder, '.gitconfig'), '[user]\n\tname = Bench\n\temail = bench@bench.test\n');
const env = {
  PATH: `${environment.programs}:${process.env.PATH ?? ''}`,
  HOME: folder,
  // Of the machine's own, only where environments are kept.
  XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
};

try {
  const rendered = await renderProject(aManifest(), '0.0.1');
  const now = new Map([...rendered].filter(([path]) => !KEPT.includes(path)));
  // The product has one version of the templates in it: these are the newer ones here, and the older ones are made up.
  const versions = { old: toEarlier(now), new: now };
  const manifest = rendered.get('mlops.yaml');
  if (manifest === undefined) throw new Error('nothing was rendered');
  const project = await withLock(sortFiles([...versions.old, ['mlops.yaml', manifest]]), '0.0.1');
  const node = process.env.PRODUCT_NODE ?? process.execPath;
  const shop = { folder, env, node, bin: join(ROOT, 'packages/create-mlops-model/bin.cjs'), versions, project };
  const tools = [ourTool, copierTool, cruftTool].map((make) => make(shop));
  const tried = edits.map(toBenchEdit);
  if (values.outcomes) {
    const rows = tried.map((edit) => [edit.name, tools.map((tool) => tryEdit(tool, edit, shop))] as const);
    const names = tools.map(({ name }) => name);
    console.log(describeOutcomes(names, rows));
  }
  const quiet = tried.filter(({ expected }) => expected === 'merge' || expected === 'keep');
  console.log(
    `\n${quiet.length} edits at once, ${values.runs} rounds: least wall time, least CPU time with what the tool started, multiples of ours`,
  );
  console.log(describeTimes(tools, quiet, shop, Number(values.runs)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Older templates: what `toLater` does, backwards, and a timeout less than now. */
function toEarlier(files: Files): Files {
  const earlier = new Map(toLater(files));
  const ci = earlier.get(CI);
  const contents = ci?.contents.replace(/^ *# Time for the script.*\n *cancelTimeoutInMinutes:.*\n/m, '');
  if (ci === undefined || contents === undefined || contents === ci.contents) throw new Error(`${CI} did not change`);
  return earlier.set(CI, { ...ci, contents });
}

/** The timeout that the newer templates add is another one here. */
function toBenchEdit(edit: Edit): Edit {
  if (edit.expected !== 'invalid') return edit;
  const line = "        cancelTimeoutInMinutes: '9'";
  const job = '      - deployment: notebooks\n';
  return { ...edit, path: CI, change: (text) => text.replace(job, `${job}${line}\n`), keeps: [line] };
}

/** A copy of a tool's project with edits in it, committed. */
function makeEdited(tool: Tool, some: readonly Edit[], { versions, env }: Workshop): string {
  const target = join(folder, 'tried');
  rmSync(target, { recursive: true, force: true });
  cpSync(tool.project, target, { recursive: true });
  const before = toTree(versions.old);
  const after = some.reduce((tree, edit) => applyEdit(tree, edit), before);
  for (const path of before.keys()) if (!after.has(path)) rmSync(join(target, path));
  for (const [path, file] of after) {
    if (file === before.get(path) || file.kind !== 'text') continue;
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), file.contents);
  }
  commit(target, env);
  return target;
}

function tryEdit(tool: Tool, edit: Edit, shop: Workshop): Outcome {
  const target = makeEdited(tool, [edit], shop);
  const { status } = runTool(tool.argv, target, env);
  const old = toTree(shop.versions.old);
  const at = [...applyEdit(old, edit).keys()].find((path) => !old.has(path)) ?? edit.path;
  return judge(edit, at, target, status ?? -1, shop.versions);
}

function describeTimes(tools: readonly Tool[], some: readonly Edit[], shop: Workshop, runs: number): string {
  const all = tools.map((): Time[] => []);
  for (let round = 0; round < runs; round++) {
    for (const [index, tool] of tools.entries())
      all[index]?.push(timeTool(tool.argv, makeEdited(tool, some, shop), env));
  }
  const figures = all.map((times) => ({
    wall: Math.min(...times.map(({ wall }) => wall)),
    cpu: Math.min(...times.map(({ cpu }) => cpu)),
  }));
  return tools
    .map(({ name }, index) => {
      const [own, ours] = [figures[index]!, figures[0]!];
      const cells = [own.wall, own.cpu].map((value) => `${value.toFixed(0).padStart(8)} ms`).join('');
      return `  ${name.padEnd(8)}${cells}   × ${(own.wall / ours.wall).toFixed(1)} wall, × ${(own.cpu / ours.cpu).toFixed(1)} CPU`;
    })
    .join('\n');
}
