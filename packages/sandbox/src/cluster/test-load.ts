import { spawn } from 'node:child_process';
import { Agent, get } from 'node:http';
import { argv, exit, stdin, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';

/** One request of the load. */
export interface LoadedRequest {
  readonly mode: 'keep-alive' | 'new connection';
  /** Milliseconds since 1970 when it was sent. */
  readonly sent: number;
  /** The version that answered, or what went wrong instead. */
  readonly version?: string;
  readonly problem?: string;
}

/** A load that goes on in a process of its own. */
export interface Load {
  /** Ends it. @returns all requests, in the order of their sending */
  stop(): Promise<readonly LoadedRequest[]>;
}

/** Starts a load without retries: 125 requests a second over kept connections, and as many over new ones. */
export async function startLoad(url: string): Promise<Load> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), url], { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return {
    async stop() {
      child.stdin.end();
      await ended;
      return JSON.parse(
        Buffer.concat(chunks)
          .toString('utf8')
          .replace(/^started\n/, ''),
      ) as LoadedRequest[];
    },
  };
}

const EVERY = 8;

async function main(url: string): Promise<void> {
  const requests: LoadedRequest[] = [];
  const open = new Set<Promise<void>>();
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const send = (mode: LoadedRequest['mode']) => {
    const sent = Date.now();
    const asked = ask(url, mode === 'keep-alive' ? agent : false).then(
      (version) => void requests.push({ mode, sent, version }),
      (error: Error) => void requests.push({ mode, sent, problem: error.message }),
    );
    open.add(asked);
    void asked.finally(() => open.delete(asked));
  };
  const began = Date.now();
  let rounds = 0;
  // What a busy machine made late is caught up with: the load stays what it is said to be.
  const timer = setInterval(() => {
    for (; rounds < (Date.now() - began) / EVERY; rounds += 1) {
      send('keep-alive');
      send('new connection');
    }
  }, EVERY);
  stdout.write('started\n');
  await new Promise((resolve) => stdin.resume().once('end', resolve));
  clearInterval(timer);
  await Promise.all(open);
  stdout.write(JSON.stringify(requests.sort((a, b) => a.sent - b.sent)), () => exit(0));
}

function ask(url: string, agent: Agent | false): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { agent, timeout: 30_000 }, async (response) => {
      try {
        let text = '';
        for await (const chunk of response) text += String(chunk);
        if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
        resolve((JSON.parse(text) as { version: string }).version);
      } catch (error) {
        reject(error as Error);
      }
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer within 30 s')));
    asked.once('error', reject);
  });
}

if (argv[1] === fileURLToPath(import.meta.url)) await main(argv[2] ?? '');
