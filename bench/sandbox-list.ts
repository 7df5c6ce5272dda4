// Measures a list of 50 definitions of the sandbox beside a bare Node server that sends the same bytes.
//   node bench/sandbox-list.ts [--check]      --check: exit 1 below a quarter of the bare server's rate
import { type ChildProcess, fork } from 'node:child_process';
import { Agent, createServer, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { startTestSandbox } from '../packages/sandbox/src/test-sandbox.ts';

const ROUNDS = 7;
const REQUESTS = 1000;
const CLIENTS = 8;
const BUDGET = 0.25;
const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

if (process.argv[2] === 'bare') await serveBare();
else if (process.argv[2] === 'sandbox') await serveSandbox();
else await compare();

/** Each server has a process of its own, so that the client costs both the same. */
async function compare(): Promise<void> {
  const sandbox = await start('sandbox');
  const bytes = await read(sandbox.url, sandbox.headers);
  const bare = await start('bare');
  bare.child.send(bytes.toString('base64'));
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const floor = await rate(bare.url, {});
    const ours = await rate(sandbox.url, sandbox.headers);
    ratios.push(ours / floor);
    console.log(`bare ${floor.toFixed(0)}/s   sandbox ${ours.toFixed(0)}/s   ratio ${(ours / floor).toFixed(2)}`);
  }
  const median = ratios.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  console.log(`${bytes.length} bytes, median ratio ${median.toFixed(2)}, budget ${BUDGET}`);
  for (const { child } of [sandbox, bare]) child.disconnect();
  if (process.argv.includes('--check') && median < BUDGET) process.exitCode = 1;
}

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly headers: Record<string, string>;
}

function start(kind: string): Promise<Started> {
  const child = fork(fileURLToPath(import.meta.url), [kind]);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (message) => resolve({ child, ...(message as Omit<Started, 'child'>) }));
  });
}

async function serveBare(): Promise<void> {
  let bytes = Buffer.alloc(0);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.on('message', (text: string) => {
    bytes = Buffer.from(text, 'base64');
  });
  process.once('disconnect', () => process.exit());
  process.send?.({ url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`, headers: {} });
}

async function serveSandbox(): Promise<void> {
  const box = await startTestSandbox();
  const { id } = (await box.ask('GET', 'ml/_apis/git/repositories/ml')).body;
  const repository = { id, type: 'TfsGit', defaultBranch: 'refs/heads/main' };
  for (let number = 0; number < 50; number += 1) {
    const process = { type: 2, yamlFilename: 'a.yml' };
    await box.ask('POST', 'ml/_apis/build/definitions', { name: `d${number}`, path: '\\ml', process, repository });
  }
  process.once('disconnect', () => void box.stop().then(() => process.exit()));
  const authorization = `Bearer ${box.tokenOf('you')}`;
  process.send?.({ url: `${box.organizationUrl}/ml/_apis/build/definitions`, headers: { authorization } });
}

function read(url: string, headers: Record<string, string>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
    }).on('error', reject);
  });
}

async function rate(url: string, headers: Record<string, string>): Promise<number> {
  let sent = 0;
  const start = performance.now();
  const client = async () => {
    for (; sent < REQUESTS; sent += 1) await read(url, headers);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return REQUESTS / ((performance.now() - start) / 1000);
}
