import * as v from 'valibot';
import { UserError } from './errors.ts';
import { type Files, type Ownership, type RenderedFile, sortFiles } from './files.ts';

/** `mlops.lock`: which generator wrote the managed files, and how they looked. No cloud state, no ids. */
export interface Lock {
  readonly schema: 1;
  /** Version of create-mlops-model that wrote the files. */
  readonly generator: string;
  /** By the path that the templates give it. */
  readonly files: Readonly<Record<string, LockEntry>>;
}

/** What is noted of one generated file. */
export interface LockEntry {
  /** `seed`: the team's, whether from the beginning or because it took the file over. */
  readonly ownership: Ownership;
  /** sha256 (hex) of the text as we wrote it, with LF line ends. */
  readonly sha256: string;
  /** Where the team moved it; absent: it lies where the templates put it. */
  readonly at?: string;
}

/** Where the lock and the base of the next merge lie in a project. */
export const LOCK_PATH = 'mlops.lock';
export const BASE_PATH = '.mlops/base.jsonl';
/** Where the manifest lies in a project. */
export const MANIFEST_PATH = 'mlops.yaml';

/** Nothing that a lock names lies outside its project, or in what is git's. */
const Path = v.pipe(
  v.string(),
  v.check((path) => path.split('/').every((part) => !/^(\.{0,2}|\.git)$/i.test(part) && !/[\\\0]/.test(part))),
);

const LockSchema = v.strictObject({
  schema: v.literal(1),
  generator: v.string(),
  files: v.record(
    Path,
    v.strictObject({
      ownership: v.picklist(['managed', 'seed', 'locked']),
      sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      at: v.exactOptional(Path),
    }),
  ),
});

/** sha256 (hex) of a text with LF line ends, whoever works it out. */
export type Hash = (text: string) => string | Promise<string>;

/** The `Hash` that every JavaScript engine has. */
export async function toSha256(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text.replace(/\r\n/g, '\n'));
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The lock of files just rendered. The team's are in it too: a later version can tell a removed one from one never seen. */
export async function toLock(files: Files, generator: string, hash: Hash = toSha256): Promise<Lock> {
  // The manifest is what people write; nothing is ever compared with how it began.
  const listed = [...files].filter(([path]) => path !== MANIFEST_PATH);
  const entries = await Promise.all(
    listed.map(async ([path, { ownership, contents }]) => [path, { ownership, sha256: await hash(contents) }] as const),
  );
  return { schema: 1, generator, files: Object.fromEntries(entries) };
}

/** The lock's text: stable, one file a line, so that git merges it well. */
export function printLock(lock: Lock): string {
  const lines = Object.entries(lock.files).map(
    ([path, entry]) => `    ${JSON.stringify(path)}: ${JSON.stringify(entry)}`,
  );
  return `{\n  "schema": 1,\n  "generator": ${JSON.stringify(lock.generator)},\n  "files": {\n${lines.join(',\n')}\n  }\n}\n`;
}

/** @throws UserError when the text is not a lock */
export function parseLock(text: string): Lock {
  const parsed = v.safeParse(LockSchema, parseJson(text));
  if (parsed.success) return parsed.output;
  throw new UserError(
    'failed',
    {
      en: `Reading ${LOCK_PATH}: it is not a lock this version understands.`,
      fr: `Lecture de ${LOCK_PATH}\u00a0: ce verrou n’est pas compris par cette version.`,
    },
    {
      en: `Take the file back from git: git checkout HEAD -- ${LOCK_PATH}`,
      fr: `Reprenez le fichier depuis git\u00a0: git checkout HEAD -- ${LOCK_PATH}`,
    },
  );
}

/**
 * The lock, if the running version may work by it.
 * @param version the running one
 * @throws UserError when a newer version wrote it, with the command that fetches that one; or when it is no lock
 */
export function readLock(text: string, version: string): Lock {
  const value = parseJson(text);
  const generator = v.is(v.looseObject({ generator: v.string() }), value) ? value.generator : undefined;
  if (generator !== undefined && isNewer(generator, version)) throw writtenByNewer(generator, version);
  return parseLock(text);
}

/** Whether a version is newer than another: `1.10.0` than `1.9.2`, a release than its previews. */
function isNewer(a: string, b: string): boolean {
  const [numbersA, numbersB] = [a, b].map((text) => (/^\d+(\.\d+)*/.exec(text)?.[0] ?? '').split('.').map(Number));
  for (const [index, number] of (numbersA ?? []).entries()) {
    const other = numbersB?.[index] ?? 0;
    if (number !== other) return number > other;
  }
  return b.includes('-') && !a.includes('-');
}

function writtenByNewer(generator: string, version: string): UserError {
  return new UserError(
    'usage',
    {
      en: `${LOCK_PATH} was written by version ${generator} of create-mlops-model; this is ${version}, which would take its files back.`,
      fr: `${LOCK_PATH} a été écrit par la version ${generator} de create-mlops-model\u00a0; celle-ci, ${version}, ramènerait ses fichiers en arrière.`,
    },
    {
      en: `Run the same command with that version: npx create-mlops-model@${generator} …`,
      fr: `Lancez la même commande avec cette version\u00a0: npx create-mlops-model@${generator} …`,
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The pristine text of every file that stays ours, one a line, sorted by path. */
export function printBase(files: Files): string {
  return [...files]
    .filter(([, file]) => file.ownership !== 'seed')
    .map(([path, { contents, executable }]) => {
      const bit = executable ? { executable } : {};
      return `${JSON.stringify({ path, contents, ...bit })}\n`;
    })
    .join('');
}

/**
 * The project's files with the lock and the base beside them; `mlops.yaml` is already among them.
 * @param hash a faster one than the engine's, where there is one
 */
export async function withLock(files: Files, generator: string, hash: Hash = toSha256): Promise<Files> {
  const locked = (contents: string): RenderedFile => ({ contents, ownership: 'locked' });
  // Sorted before they are printed: an update prints them so, and must not show lines that only moved.
  const sorted = sortFiles(files);
  const all = new Map(sorted);
  all.set(BASE_PATH, locked(printBase(sorted)));
  all.set(LOCK_PATH, locked(printLock(await toLock(sorted, generator, hash))));
  return sortFiles(all);
}

/** How a managed file stands against the lock: as written, changed by the team, or gone. */
export type FileState = 'pristine' | 'edited' | 'deleted';

/** The state of each file that is ours; `current` gives a file's text, or `undefined` when it is gone. */
export async function toFileStates(
  lock: Lock,
  current: (path: string) => string | undefined,
): Promise<ReadonlyMap<string, FileState>> {
  const states = new Map<string, FileState>();
  for (const [path, entry] of Object.entries(lock.files)) {
    if (entry.ownership === 'seed') continue;
    const text = current(entry.at ?? path);
    if (text === undefined) states.set(path, 'deleted');
    else states.set(path, (await toSha256(text)) === entry.sha256 ? 'pristine' : 'edited');
  }
  return states;
}
