import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { PortTaken } from './addresses.ts';
import { type Sandbox, startSandbox } from './server.ts';

const USAGE = `Usage: create-mlops-model-sandbox start --home DIR [--port N]

Runs a local Azure DevOps, Databricks, image registry and MLflow tracking on 127.0.0.1 until it is ended (Ctrl-C).
All state lies in DIR; DIR/sandbox.json tells the addresses and the identities' tokens, DIR/kubeconfig opens the cluster.
  --home DIR   folder of the state; made if it is not there
  --port N     port of Azure DevOps; Databricks takes N + 1 (default: those of last time, else free ones)
`;

/** What `sandbox.json` holds. */
interface Description {
  readonly pid: number;
  /** Of this package. */
  readonly version: string;
  readonly addresses: Sandbox['addresses'];
  readonly identities: ReturnType<Sandbox['identities']>;
}

/** Runs the command line. @returns the exit code, once the sandbox has ended */
export async function main(argv: readonly string[]): Promise<number> {
  const asked = parse(argv);
  if (asked === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const stopped = untilSignal();
  try {
    const sandbox = await startSandbox(asked);
    const { addresses } = sandbox;
    const you = sandbox.identities().find(({ key }) => key === 'you');
    writePrivately(join(asked.home, 'kubeconfig'), sandbox.toKubeconfig(you?.token ?? ''));
    writePrivately(
      join(asked.home, 'sandbox.json'),
      toText({
        pid: process.pid,
        version: packageJson.version,
        addresses,
        identities: sandbox.identities(),
      }),
    );
    process.stdout.write(
      `Azure DevOps ${addresses.azureDevOps}\nDatabricks   ${addresses.databricks}\nRegistry     ${addresses.registry}\nCluster      ${addresses.cluster}\nTracking     ${addresses.tracking}\n`,
    );
    await stopped;
    await sandbox.stop();
    return 0;
  } catch (error) {
    if (!(error instanceof PortTaken)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function parse(
  argv: readonly string[],
): { home: string; ports?: { azureDevOps: number; databricks: number } } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { home: { type: 'string' }, port: { type: 'string' } },
      allowPositionals: true,
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    const isPort = port === undefined || (Number.isInteger(port) && port > 0 && port < 65535);
    if (positionals.join() !== 'start' || !values.home || !isPort) return undefined;
    const home = resolve(values.home);
    return port === undefined ? { home } : { home, ports: { azureDevOps: port, databricks: port + 1 } };
  } catch {
    return undefined;
  }
}

function untilSignal(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => done());
  });
}

function toText(description: Description): string {
  return `${JSON.stringify(description, null, 2)}\n`;
}

/** Whoever waits for the file sees all of it or nothing; the tokens in it are for this user alone. */
function writePrivately(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.tmp`;
  const file = openSync(draft, 'w', 0o600);
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
}
