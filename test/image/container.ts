import type { ContainerEngine } from './container-engine.ts';
import { waitFor } from './waiting.ts';

/** A service that runs in a container. */
export interface Container {
  readonly id: string;
  readonly url: string;
  readonly remove: () => Promise<void>;
}

/** Starts the image with what Kubernetes' `restricted` profile leaves it, and waits until it is ready. */
export async function startService(engine: ContainerEngine, image: string): Promise<Container> {
  const limits = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  const id = await engine.docker('run', '--detach', ...limits, '--publish', '127.0.0.1::8080', image);
  const remove = async () => {
    await engine.docker('rm', '--force', id);
  };
  try {
    const address = await engine.docker('port', id, '8080/tcp');
    const url = `http://${address.split('\n')[0]}`;
    await waitFor('the service', () => fetch(`${url}/readyz`).then(({ ok }) => ok));
    return { id, url, remove };
  } catch (error) {
    const log = await engine.docker('logs', id);
    await remove();
    throw new Error(`${(error as Error).message}:\n${log.slice(-3000)}`);
  }
}
