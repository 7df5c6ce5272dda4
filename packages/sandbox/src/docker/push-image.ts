import { createReadStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { parseImage } from '../cluster/node/parse-image.ts';
import { DockerError } from './docker-error.ts';
import type { Descriptor, ImageStore } from './image-store.ts';
import { findAuthorization, toRegistryUrl } from './sign-in.ts';

/** Brings an image to its registry (OCI distribution 1.1). @returns digest of its manifest @throws DockerError */
export async function pushImage(
  store: ImageStore,
  name: string,
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<string> {
  const image = store.find(name);
  if (!image) throw new DockerError(`An image does not exist locally with the tag: ${name}`);
  const { host, repository, reference } = parseImage(name);
  const authorization = findAuthorization(host, environment);
  const base = `${toRegistryUrl(host)}/v2/${repository}`;
  const send: Send = async (method, url, body, headers = {}) => {
    const signedIn: Record<string, string> = authorization === undefined ? {} : { authorization };
    return fetch(new URL(url, base), {
      method,
      headers: { ...signedIn, ...headers },
      ...(body === undefined ? {} : { body, duplex: 'half' as const }),
    });
  };
  say(`The push refers to repository [${host}/${repository}]`);
  const { config, layers, mediaType } = image.manifest;
  for (const part of [...layers, config]) await pushBlob(store, base, part, send, say);
  const content = readFileSync(store.toBlobPath(image.digest));
  const answer = await send('PUT', `${base}/manifests/${reference}`, content, { 'content-type': mediaType });
  if (!answer.ok) throw await toError(answer);
  say(`${reference}: digest: ${image.digest} size: ${content.length}`);
  const pushed = `${host}/${repository}@${image.digest}`;
  store.name(name, { digest: image.digest, pushed: [...new Set([...image.pushed, pushed])] });
  return image.digest;
}

type Send = (
  method: string,
  url: string,
  body?: RequestInit['body'],
  headers?: Readonly<Record<string, string>>,
) => Promise<Response>;

async function pushBlob(
  store: ImageStore,
  base: string,
  { digest, size }: Descriptor,
  send: Send,
  say: (line: string) => void,
): Promise<void> {
  const short = digest.slice(7, 19);
  const known = await send('HEAD', `${base}/blobs/${digest}`);
  if (known.ok) return say(`${short}: Layer already exists`);
  // The body of such an answer says what its status does not.
  if (known.status !== 404) throw await toError(await send('GET', `${base}/blobs/${digest}`));
  const started = await send('POST', `${base}/blobs/uploads/`);
  const location = started.headers.get('location');
  if (!started.ok || location === null) throw await toError(started);
  const url = new URL(location, base);
  url.searchParams.set('digest', digest);
  const body = Readable.toWeb(createReadStream(store.toBlobPath(digest))) as unknown as RequestInit['body'];
  const answer = await send('PUT', url.href, body, {
    'content-type': 'application/octet-stream',
    'content-length': String(size),
  });
  if (!answer.ok) throw await toError(answer);
  say(`${short}: Pushed`);
}

async function toError(answer: Response): Promise<DockerError> {
  const text = await answer.text();
  const known = /"code":\s*"(\w+)".*?"message":\s*"([^"]+)"/s.exec(text);
  const said = known ? `${known[1]?.toLowerCase()}: ${known[2]}` : text.slice(0, 300);
  return new DockerError(said || `the registry answered ${answer.status}`);
}
