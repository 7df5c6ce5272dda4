import { Agent, request } from 'node:http';
import { argv, exit, stdin, stdout } from 'node:process';

/** What became of a load. */
export interface LoadResult {
  readonly requests: number;
  /** What went wrong, a text each; empty: nothing did. */
  readonly problems: readonly string[];
  /** Versions that answered, in the order in which each was seen first. */
  readonly versions: readonly string[];
  /** The version of the last answer. */
  readonly last: string;
}

/** Milliseconds between two rounds; a round is a request on a kept connection and one on a new one. */
const EVERY = 20;

/** Sends requests without retries until its input ends, then prints what became of them as JSON. */
async function sendLoad(url: string, body: string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const problems: string[] = [];
  const versions = new Set<string>();
  const open = new Set<Promise<void>>();
  let requests = 0;
  let last = '';
  const send = (kept: Agent | false) => {
    requests += 1;
    const sent = score(url, body, kept).then(
      (version) => {
        versions.add(version);
        last = version;
      },
      (error: Error) => void problems.push(error.message),
    );
    open.add(sent);
    void sent.finally(() => open.delete(sent));
  };
  const timer = setInterval(() => {
    send(agent);
    send(false);
  }, EVERY);
  await new Promise((resolve) => stdin.resume().once('end', resolve));
  clearInterval(timer);
  await Promise.all(open);
  const result: LoadResult = { requests, problems: problems.slice(0, 20), versions: [...versions], last };
  stdout.write(JSON.stringify(result), () => exit(0));
}

/** @returns the version that answered */
function score(url: string, body: string, agent: Agent | false): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(`${url}/v1/score`, { method: 'POST', agent, headers, timeout: 30_000 }, async (response) => {
      try {
        let text = '';
        for await (const chunk of response) text += String(chunk);
        if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${text.slice(0, 200)}`);
        const { model, predictions } = JSON.parse(text) as { model: { version: string }; predictions: unknown[] };
        if (predictions.length === 0) throw new Error('an answer without predictions');
        resolve(String(model.version));
      } catch (error) {
        reject(error as Error);
      }
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer within 30 s')));
    sent.once('error', reject);
    sent.end(body);
  });
}

void sendLoad(argv[2] ?? '', argv[3] ?? '');
