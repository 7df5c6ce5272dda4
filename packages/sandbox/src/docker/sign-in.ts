import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerError } from './docker-error.ts';

/** A name and a password, as HTTP's basic sign-in sends them. */
export type Authorization = `Basic ${string}`;

/** Signs in to a registry for as long as the caller's session of the Azure CLI lasts. @throws DockerError if it is refused */
export async function signIn(
  host: string,
  user: string,
  password: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const authorization: Authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const answer = await fetch(`${toRegistryUrl(host)}/v2/`, { headers: { authorization } });
  if (!answer.ok) {
    throw new DockerError(
      `Error response from daemon: login attempt to ${toRegistryUrl(host)}/v2/ failed with status: ${answer.status}`,
    );
  }
  const path = getPath(environment);
  const all = { ...readAll(path), [host]: authorization };
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify(all), { mode: 0o600 });
}

/** What a caller signed in with. */
export function findAuthorization(host: string, environment: NodeJS.ProcessEnv): Authorization | undefined {
  return readAll(getPath(environment))[host];
}

/** The one place of a step that goes with its session. */
function getPath({ AZURE_CONFIG_DIR }: NodeJS.ProcessEnv): string {
  if (!AZURE_CONFIG_DIR) throw new DockerError('docker login works in a step of the agent only.');
  return join(AZURE_CONFIG_DIR, 'registries.json');
}

function readAll(path: string): Record<string, Authorization> {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Authorization>) : {};
}

/** @throws DockerError for a registry that is not on this machine */
export function toRegistryUrl(host: string): string {
  if (/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host)) return `http://${host}`;
  throw new DockerError(
    `${host}: without a container engine, only the sandbox's registry can be signed in to and pushed to.`,
  );
}
