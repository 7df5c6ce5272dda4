import { randomBytes, randomInt } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Values that no program makes up by itself: found anywhere, they come from a training record. */
export interface Markers {
  readonly text: string;
  /** Within the range of `living_area`. */
  readonly number: number;
  /** Far beyond any `list_price`. */
  readonly extreme: number;
}

/** New markers, other ones each time. */
export function createMarkers(): Markers {
  const number = randomInt(1_100_000_000, 1_900_000_000) / 1_000_000;
  const extreme = randomInt(7_000_000_000, 9_000_000_000) + 0.25;
  return { text: `planted-${randomBytes(9).toString('hex')}`, number, extreme };
}

/** Puts the markers into a few rows of the example's data, first rows and last, and into a column of their own. */
export function plantMarkers(folder: string, { text, number, extreme }: Markers): void {
  const path = join(folder, 'notebooks/data.py');
  const planted = `

_load_example = load


def load(settings: Settings, sample_fraction: float = 1.0) -> pd.DataFrame:
    frame = _load_example(settings, sample_fraction)
    frame["owner"] = [f"${text}-{line}" for line in range(len(frame))]
    some = [0, 1, 2, len(frame) - 2, len(frame) - 1]
    frame.loc[some, "neighbourhood"] = "${text}"
    frame.loc[some, "living_area"] = ${number}
    frame.loc[some[1:4], "list_price"] = ${extreme}
    return frame
`;
  writeFileSync(path, readFileSync(path, 'utf8') + planted);
}

/** Every file below a folder (or the file itself) that holds a marker, in any form that the tools here write. */
export function findMarkers(path: string, markers: Markers): readonly string[] {
  if (!statSync(path).isDirectory()) return holdsMarker(readFileSync(path), markers) ? [path] : [];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name)).flatMap((file) => findMarkers(file, markers));
}

/** Whether the bytes hold a marker, unpacked first if they are packed. */
export function holdsMarker(bytes: Buffer, markers: Markers): boolean {
  const packed = bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = packed ? gunzipSync(bytes) : bytes;
  return toNeedles(markers).some((needle) => plain.includes(needle));
}

/** Text, numbers as text (cut short: some writers round), and as the eight bytes of pickles, arrays and databases. */
function toNeedles({ text, number, extreme }: Markers): readonly Buffer[] {
  const numbers = [number, extreme].flatMap((value) => {
    const [little, big] = [Buffer.alloc(8), Buffer.alloc(8)];
    little.writeDoubleLE(value);
    big.writeDoubleBE(value);
    return [Buffer.from(`${value}`.slice(0, 9)), little, big];
  });
  return [Buffer.from(text), Buffer.from(text, 'utf16le'), ...numbers];
}
