import { runProgram } from '../render/python-project.ts';
import { type ContainerEngine, NETWORK } from './container-engine.ts';
import { waitFor } from './waiting.ts';

/** A service that runs in a container. */
export interface Container {
  readonly id: string;
  readonly url: string;
  /** All that it has written so far, to both outputs. */
  readonly readLog: () => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** Starts the image with what Kubernetes' `restricted` profile leaves it, and waits until it is ready. */
export async function startService(engine: ContainerEngine, image: string): Promise<Container> {
  const limits = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  const id = await engine.docker(
    'run',
    '--detach',
    ...limits,
    '--network',
    NETWORK,
    '--publish',
    '127.0.0.1::8080',
    image,
  );
  const readLog = async () => {
    const { code, output } = await runProgram('docker', ['logs', id], '.', engine.env);
    if (code !== 0) throw new Error(`the container’s log could not be read:\n${output}`);
    return output;
  };
  const remove = async () => {
    await engine.docker('rm', '--force', id);
  };
  try {
    const address = await engine.docker('port', id, '8080/tcp');
    const url = `http://${address.split('\n')[0]}`;
    await waitFor('the service', () => fetch(`${url}/readyz`).then(({ ok }) => ok));
    return { id, url, readLog, remove };
  } catch (error) {
    const log = await readLog();
    await remove();
    throw new Error(`${(error as Error).message}:\n${log.slice(-3000)}`);
  }
}
