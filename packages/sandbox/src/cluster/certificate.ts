import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A server's key and certificate, as PEM. */
export interface Certificate {
  readonly key: string;
  /** Signed by its own key: whoever is to trust the server is given it. */
  readonly certificate: string;
}

/** The addresses that the certificate is for. */
const HOST = { name: 'localhost', address: [127, 0, 0, 1] } as const;
const YEARS = 10;

/**
 * Makes a certificate for this machine. kubectl sends no token over plain HTTP (client-go, `clientcmd`: it reads the
 * sign-in only if the transport is TLS), and Node makes keys but no certificates: hence the X.509 by hand (RFC 5280).
 */
export function makeCertificate(now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const name = sequence(set(sequence(oid(2, 5, 4, 3), node(0x0c, Buffer.from('create-mlops-model-sandbox')))));
  const algorithm = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
  const body = sequence(
    node(0xa0, integer(Buffer.from([2]))),
    // The first bit is clear, so that the number is positive.
    integer(Buffer.from(randomBytes(16).map((byte, at) => (at === 0 ? (byte & 0x7f) | 1 : byte)))),
    algorithm,
    name,
    sequence(time(now - 86_400_000), time(now + YEARS * 365 * 86_400_000)),
    name,
    createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({ type: 'spki', format: 'der' }),
    node(0xa3, sequence(...extensions())),
  );
  const signature = sign('sha256', body, createPrivateKey(key));
  const der = sequence(body, algorithm, bits(signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return { key, certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n` };
}

function extensions(): Buffer[] {
  const isTrue = node(0x01, Buffer.from([0xff]));
  const extension = (id: Buffer, value: Buffer, isCritical = false) =>
    sequence(id, ...(isCritical ? [isTrue] : []), node(0x04, value));
  const names = sequence(node(0x82, Buffer.from(HOST.name)), node(0x87, Buffer.from(HOST.address)));
  return [
    extension(oid(2, 5, 29, 19), sequence(isTrue), true),
    // Digital signature, and signing certificates: its own.
    extension(oid(2, 5, 29, 15), node(0x03, Buffer.from([2, 0x84])), true),
    extension(oid(2, 5, 29, 37), sequence(oid(1, 3, 6, 1, 5, 5, 7, 3, 1))),
    extension(oid(2, 5, 29, 17), names),
  ];
}

function node(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return node(0x30, Buffer.concat(parts));
}

function set(part: Buffer): Buffer {
  return node(0x31, part);
}

function integer(bytes: Buffer): Buffer {
  return node(0x02, bytes);
}

function bits(bytes: Buffer): Buffer {
  return node(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function oid(first: number, second: number, ...rest: readonly number[]): Buffer {
  const bytes = rest.flatMap((value) => {
    const groups = [value & 127];
    for (let left = value >> 7; left > 0; left >>= 7) groups.unshift((left & 127) | 128);
    return groups;
  });
  return node(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

function time(milliseconds: number): Buffer {
  return node(0x17, Buffer.from(`${new Date(milliseconds).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
}
