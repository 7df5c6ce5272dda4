import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type EntryContent, type ImageEntry, readEntry } from './image-entries.ts';

/** A layer as manifests and configurations name it. */
export interface Layer {
  /** Of the compressed file. */
  readonly digest: string;
  readonly size: number;
  /** Of what is compressed. */
  readonly diffId: string;
}

/**
 * Writes a layer into a folder of blobs. Equal files give an equal layer: no times, owners or umask of this machine.
 * @param blobs its file is called after its digest
 */
export async function writeLayer(entries: readonly ImageEntry[], blobs: string): Promise<Layer> {
  mkdirSync(blobs, { recursive: true, mode: 0o700 });
  const draft = join(blobs, `layer-${randomUUID()}`);
  const inner = createHash('sha256');
  const outer = createHash('sha256');
  // Half a minute of compression would save seconds of a way that is on this machine.
  await pipeline(
    Readable.from(toTar(entries, inner.update.bind(inner))),
    createGzip({ level: 1 }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        outer.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(draft, { mode: 0o600 }),
  );
  const hex = outer.digest('hex');
  renameSync(draft, join(blobs, hex));
  return { digest: `sha256:${hex}`, size: statSync(join(blobs, hex)).size, diffId: `sha256:${inner.digest('hex')}` };
}

async function* toTar(entries: readonly ImageEntry[], onChunk: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    const found = await readEntry(entry);
    const chunk = Buffer.concat([...toMember(entry.path, found), ...(found.kind === 'file' ? pad(found.content) : [])]);
    onChunk(chunk);
    yield chunk;
  }
  const end = Buffer.alloc(1024);
  onChunk(end);
  yield end;
}

const BLOCK = 512;

function pad(content: Buffer): readonly Buffer[] {
  return [content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
}

/** Header of a member; a name or link that is too long for it stands in an extended one before it (POSIX pax). */
function toMember(path: string, found: EntryContent): readonly Buffer[] {
  const name = found.kind === 'folder' ? `${path}/` : path;
  const link = found.kind === 'link' ? found.to : '';
  const records = [...toRecord('path', name), ...toRecord('linkpath', link)];
  const size = found.kind === 'file' ? found.content.length : 0;
  const mode = found.kind === 'file' ? found.mode : found.kind === 'folder' ? 0o755 : 0o777;
  const header = toHeader({ name, link, size, mode, type: TYPES[found.kind] });
  if (records.length === 0) return [header];
  const text = Buffer.from(records.join(''));
  return [toHeader({ name: 'pax', link: '', size: text.length, mode: 0o644, type: 'x' }), ...pad(text), header];
}

const TYPES = { folder: '5', link: '2', file: '0' } as const;

/** `<length> <key>=<value>\n`, where the length counts itself. */
function toRecord(key: string, value: string): readonly string[] {
  const isPlain = Buffer.byteLength(value) <= 100 && /^[ -~]*$/.test(value);
  if (isPlain) return [];
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return [`${length} ${key}=${value}\n`];
}

interface Header {
  readonly name: string;
  readonly link: string;
  readonly size: number;
  readonly mode: number;
  readonly type: string;
}

function toHeader({ name, link, size, mode, type }: Header): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0, 100, 'utf8');
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write(link, 157, 100, 'utf8');
  header.write('ustar\0', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
