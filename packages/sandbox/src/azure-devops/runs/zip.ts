import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

/** One file of an archive. */
interface Member {
  readonly name: Buffer;
  readonly packed: Buffer;
  readonly size: number;
  readonly crc: number;
}

/** A folder as a zip archive, all of it below `root` (APPNOTE 6.3: local headers, central directory, its end). */
export function toZip(folder: string, root: string): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => lstatSync(path).isFile())
    .sort();
  const members = files.map((path): Member => {
    const content = readFileSync(path);
    const name = Buffer.from([root, ...relative(folder, path).split(sep)].join('/'), 'utf8');
    return { name, packed: deflateRawSync(content), size: content.length, crc: crc32(content) };
  });
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const header = Buffer.concat([toHeader(member, false, 0), member.name, member.packed]);
    parts.push(header);
    directory.push(toHeader(member, true, offset), member.name);
    offset += header.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...parts, central, toEnd(members.length, central.length, offset)]);
}

/** Bit 11: names are UTF-8. */
const FLAGS = 0x0800;
const DEFLATED = 8;
/** The first day that the format knows, so that equal files make equal archives. */
const DATE = 0x21;

function toHeader({ name, packed, size, crc }: Member, isCentral: boolean, offset: number): Buffer {
  const header = Buffer.alloc(isCentral ? 46 : 30);
  let at = header.writeUInt32LE(isCentral ? 0x02014b50 : 0x04034b50, 0);
  if (isCentral) at = header.writeUInt16LE(20, at);
  at = header.writeUInt16LE(20, at);
  at = header.writeUInt16LE(FLAGS, at);
  at = header.writeUInt16LE(DEFLATED, at);
  at = header.writeUInt16LE(0, at);
  at = header.writeUInt16LE(DATE, at);
  at = header.writeUInt32LE(crc, at);
  at = header.writeUInt32LE(packed.length, at);
  at = header.writeUInt32LE(size, at);
  header.writeUInt16LE(name.length, at);
  if (isCentral) header.writeUInt32LE(offset, 42);
  return header;
}

function toEnd(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
