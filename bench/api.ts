// Measures the generated service with the example's model and request beside Azure ML's and MLflow's servers, and prints
// ratios of one run. Needs wrk and Go; with a container engine also the image's size above its base.
//   npm run bench:api [-- --rounds 5] [--seconds 4] [--no-image] [--check]      --check: exit 1 when a promise is not kept
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readManifest } from '../scripts/render.ts';
import { ROOT } from '../scripts/toolchain.mjs';
import { trainModel } from '../test/api/service-process.ts';
import { canRunContainers } from '../test/image/container-engine.ts';
import { createPythonProject } from '../test/render/python-project.ts';
import { type Contender, type Row, startContenders } from './api-servers.ts';
import { measureImage } from './image-size.ts';
import { measureRate, measureTail } from './load.ts';

const CONNECTIONS = 16;
const MANY = 100;
/** Requests a second, ours over theirs. */
const PROMISE = 2;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    image: { type: 'boolean', default: true },
    check: { type: 'boolean', default: false },
  },
  allowNegative: true,
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];

const project = await createPythonProject(readManifest(join(ROOT, 'examples/ottawa-over-asking.yaml')));
try {
  const model = await trainModel(project, '--mode', 'full');
  const contenders = await startContenders(project, model);
  let kept: boolean;
  try {
    kept = await compare(contenders);
  } finally {
    await Promise.all(contenders.map(({ server }) => server.stop()));
  }
  if (values.image && canRunContainers()) console.log(`\n${await measureImage(project, model)}`);
  if (values.check && !kept) process.exitCode = 1;
} finally {
  rmSync(project.folder, { recursive: true, force: true });
}

/** Prints rates, then tails. @returns whether every promise is kept */
async function compare(contenders: readonly Contender[]): Promise<boolean> {
  const row = readExampleRow();
  const one = await compareRates(contenders, [row]);
  await compareRates(contenders, Array<Row>(MANY).fill(row));
  const [ours, ...others] = contenders;
  if (!ours) return false;
  const peers = others.filter(({ name }) => name !== 'bare Starlette');
  const tails = [];
  for (const peer of peers) tails.push(await compareTails(ours, peer, row, (one.get(peer.name) ?? 0) / 2));
  return tails.every(Boolean) && peers.every(({ name }) => (one.get(ours.name) ?? 0) / (one.get(name) ?? 0) >= PROMISE);
}

/** Every round asks each server once: what else the machine does meanwhile hits all alike. */
async function compareRates(
  contenders: readonly Contender[],
  rows: readonly Row[],
): Promise<ReadonlyMap<string, number>> {
  const rates = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) {
      rates.get(contender.name)?.push(await measureRate(toLoad(contender, rows), CONNECTIONS, seconds, project.folder));
    }
  }
  const ours = rates.get(contenders[0]?.name ?? '') ?? [];
  console.log(`\n${rows.length} row(s), ${CONNECTIONS} connections, ${rounds} rounds of ${seconds} s (wrk)`);
  console.log(`${'server'.padEnd(32)}${'requests/s'.padStart(12)}${'ours / it'.padStart(12)}${'least'.padStart(9)}`);
  for (const [name, its] of rates) {
    const ratios = its.map((rate, round) => (ours[round] ?? 0) / rate);
    const figures = [median(its).toFixed(0).padStart(12), median(ratios).toFixed(2).padStart(12)];
    console.log(
      `${name.padEnd(32)}${figures.join('')}${Math.min(...ratios)
        .toFixed(2)
        .padStart(9)}`,
    );
  }
  return new Map([...rates].map(([name, its]) => [name, median(its)]));
}

/** Both at half of what the other one can do at most. @returns whether ours is no worse */
async function compareTails(ours: Contender, peer: Contender, row: Row, rate: number): Promise<boolean> {
  const [mine, its]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    mine.push(await measureTail(toLoad(ours, [row]), rate, seconds, project.folder));
    its.push(await measureTail(toLoad(peer, [row]), rate, seconds, project.folder));
  }
  const [first, second] = [median(mine), median(its)];
  console.log(
    `\np99 at ${rate.toFixed(0)}/s (vegeta): ours ${first.toFixed(2)} ms, ${peer.name} ${second.toFixed(2)} ms, ` +
      `ratio ${(first / second).toFixed(2)}`,
  );
  return first <= second;
}

function toLoad({ server, path, toBody }: Contender, rows: readonly Row[]): { url: string; body: unknown } {
  return { url: `${server.url}${path}`, body: toBody(rows) };
}

function readExampleRow(): Row {
  const document = JSON.parse(readFileSync(join(project.folder, 'api/openapi.en.json'), 'utf8')) as {
    readonly components: { readonly schemas: { readonly Request: { readonly examples: readonly [{ data: [Row] }] } } };
  };
  return document.components.schemas.Request.examples[0].data[0];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
