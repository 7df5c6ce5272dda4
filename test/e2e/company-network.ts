import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

/** A network as companies have it: services under their own names over TLS, reached only through a CONNECT proxy. */
export interface CompanyNetwork {
  /** For `HTTPS_PROXY`. */
  readonly proxy: string;
  /** PEM of the authority that signed the services' certificates; no other one is trusted to. */
  readonly authority: string;
  /** Each `host:port` that was asked of the proxy, in order. */
  readonly connects: readonly string[];
  stop(): void;
}

/**
 * Stands between a client and the sandbox.
 * @param hosts name that the client uses → address of the service: `devops.corp.test` → `http://127.0.0.1:4000`
 */
export async function startCompanyNetwork(
  folder: string,
  hosts: Readonly<Record<string, string>>,
): Promise<CompanyNetwork> {
  const { authority, key, certificate } = makeCertificates(folder, Object.keys(hosts));
  const front = createTlsServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (incoming, outgoing) => void forward(hosts, incoming, outgoing),
  );
  const frontPort = await listen(front);
  const connects: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on('connect', (incoming, client: Socket) => {
    connects.push(incoming.url ?? '');
    const server = connect(frontPort, '127.0.0.1', () => client.write('HTTP/1.1 200 Connection Established\r\n\r\n'));
    for (const socket of [server, client]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    server.pipe(client).pipe(server);
  });
  return {
    proxy: `http://127.0.0.1:${await listen(proxy)}`,
    authority,
    connects,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      front.close();
      proxy.close();
    },
  };
}

type Hosts = Readonly<Record<string, string>>;

/** Services name each other in their answers and in what they are sent; each side has to read the names that it knows. */
async function forward(hosts: Hosts, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const name = (incoming.headers.host ?? '').split(':')[0] ?? '';
  const target = new URL(hosts[name] ?? 'http://127.0.0.1:9');
  const sent = await readAll(incoming);
  const body = isJson(incoming) ? toInside(sent, hosts) : sent;
  const { 'transfer-encoding': _, ...kept } = incoming.headers;
  const headers = { ...kept, host: target.host, 'accept-encoding': 'identity', 'content-length': body.length };
  const inner = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers });
  inner.on('error', () => outgoing.destroy());
  inner.on('response', async (answer) => {
    const bytes = await readAll(answer);
    const text = isJson(answer) ? toOutside(bytes, hosts) : bytes;
    const { 'transfer-encoding': _, ...rest } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, { ...rest, 'content-length': text.length }).end(text);
  });
  inner.end(body);
}

function isJson({ headers }: IncomingMessage): boolean {
  return (headers['content-type'] ?? '').includes('json');
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A clone address has a user before its host: `http://contoso@127.0.0.1:4000/`. */
function toOutside(bytes: Buffer, hosts: Hosts): Buffer {
  const replace = (text: string, [name, address]: [string, string]) => {
    const host = new URL(address).host.replaceAll('.', '\\.');
    return text.replace(new RegExp(`http://((?:[^/@"]+@)?)${host}`, 'g'), `https://$1${name}`);
  };
  return Buffer.from(Object.entries(hosts).reduce(replace, bytes.toString('utf8')));
}

function toInside(bytes: Buffer, hosts: Hosts): Buffer {
  const replace = (text: string, [name, address]: [string, string]) => text.replaceAll(`https://${name}`, address);
  return Buffer.from(Object.entries(hosts).reduce(replace, bytes.toString('utf8')));
}

/** An authority and one certificate for all names, made anew for each run; their keys never leave the folder. */
function makeCertificates(folder: string, names: readonly string[]) {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const authoritySubject = ['-subj', '/CN=Company authority', '-addext', 'basicConstraints=critical,CA:TRUE'];
  openssl('req', '-x509', ...newKey, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2', ...authoritySubject);
  openssl('req', ...newKey, '-keyout', at('front.key'), '-out', at('front.csr'), '-subj', `/CN=${names[0]}`);
  writeFileSync(at('names.cnf'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`);
  const signer = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('names.cnf')];
  openssl('x509', '-req', '-in', at('front.csr'), ...signer, '-out', at('front.pem'), '-days', '2');
  return { authority: at('ca.pem'), key: at('front.key'), certificate: at('front.pem') };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
