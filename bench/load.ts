import { execFile, execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A request that is sent over and over. */
export interface Load {
  readonly url: string;
  readonly body: unknown;
}

/** Requests a second that a server answers, with so many connections always busy (wrk, closed loop). */
export async function measureRate(load: Load, connections: number, seconds: number, folder: string): Promise<number> {
  const script = join(folder, 'post.lua');
  writeFileSync(script, POST);
  writeFileSync(join(folder, 'body.json'), JSON.stringify(load.body));
  const options = ['--threads', '1', '--connections', `${connections}`, '--duration', `${seconds}s`];
  const { stdout } = await run('wrk', [...options, '--script', script, load.url], { cwd: folder });
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${load.url} refused some requests:\n${stdout}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? Number.NaN);
}

const POST = `
wrk.method = "POST"
wrk.body = io.open("body.json", "rb"):read("*a")
wrk.headers["Content-Type"] = "application/json"
`;

/** The 99th percentile of the answer's time, in milliseconds, at a fixed rate (vegeta, open loop). */
export async function measureTail(load: Load, rate: number, seconds: number, folder: string): Promise<number> {
  const body = Buffer.from(JSON.stringify(load.body)).toString('base64');
  const header = { 'Content-Type': ['application/json'] };
  const target = JSON.stringify({ method: 'POST', url: load.url, body, header });
  writeFileSync(join(folder, 'targets.json'), `${target}\n`);
  const vegeta = ensureVegeta();
  const where = ['-format=json', '-targets=targets.json', '-output=results.bin'];
  await run(vegeta, ['attack', ...where, `-rate=${Math.round(rate)}/1s`, `-duration=${seconds}s`], { cwd: folder });
  const { stdout } = await run(vegeta, ['report', '-type=json', 'results.bin'], { cwd: folder });
  const report = JSON.parse(stdout) as { readonly latencies: { readonly '99th': number }; readonly success: number };
  if (report.success < 1) throw new Error(`${load.url} refused some requests at ${rate}/s`);
  return report.latencies['99th'] / 1e6;
}

/** wrk has no fixed rate; this generator is built once from its Go module. */
function ensureVegeta(): string {
  const folder = join(homedir(), '.cache', 'create-mlops-model', 'bin');
  const program = join(folder, 'vegeta');
  if (!existsSync(program)) {
    console.error('building vegeta …');
    const env = { ...process.env, GOBIN: folder };
    execFileSync('go', ['install', 'github.com/tsenart/vegeta/v12@v12.12.0'], { env, stdio: 'inherit' });
  }
  return program;
}
