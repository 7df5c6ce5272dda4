import * as v from 'valibot';
import { UserError } from '../errors.ts';
import type { RenderedFile } from '../files.ts';
import { BASE_PATH, type Hash, LOCK_PATH, type Lock } from '../lock.ts';
import type { FileVersion } from './file-version.ts';

const Line = v.strictObject({ path: v.string(), contents: v.string(), executable: v.exactOptional(v.boolean()) });

/**
 * Reads the base of the next merge, and holds it against the lock: what one says was written, the other must hold.
 * @throws UserError `conflict` where somebody edited one of the two, or a merge left its marks there
 */
export async function readBase(text: string, lock: Lock, hash: Hash): Promise<ReadonlyMap<string, FileVersion>> {
  const base = new Map<string, FileVersion>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const { path, ...file } = parseLine(line);
    base.set(path, file);
  }
  const ours = Object.entries(lock.files).filter(([, { ownership }]) => ownership !== 'seed');
  for (const [path, { sha256 }] of ours) {
    const file = base.get(path);
    if (file === undefined || (await hash(file.contents)) !== sha256) throw differs(path);
  }
  const extra = [...base.keys()].find(
    (path) => lock.files[path] === undefined || lock.files[path]?.ownership === 'seed',
  );
  if (extra !== undefined) throw differs(extra);
  return base;
}

/** The base as it is printed: with whose each file is. */
export function withOwnership(base: ReadonlyMap<string, FileVersion>, lock: Lock): ReadonlyMap<string, RenderedFile> {
  return new Map(
    [...base].map(([path, file]) => [path, { ...file, ownership: lock.files[path]?.ownership ?? 'managed' }]),
  );
}

function parseLine(line: string): v.InferOutput<typeof Line> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw unreadable(error);
  }
  const parsed = v.safeParse(Line, value);
  if (parsed.success) return parsed.output;
  throw unreadable(undefined);
}

function unreadable(cause: unknown): UserError {
  return new UserError(
    'conflict',
    { en: `${BASE_PATH} cannot be read.`, fr: `${BASE_PATH} est illisible.` },
    {
      en: `Perhaps a merge left its marks in it. Take ${BASE_PATH} and ${LOCK_PATH} together from one side of that merge (git checkout <commit> -- ${BASE_PATH} ${LOCK_PATH}), commit, and run update again.`,
      fr: `Une fusion y a peut-être laissé ses marques. Reprenez ensemble ${BASE_PATH} et ${LOCK_PATH} d’un côté de cette fusion (git checkout <commit> -- ${BASE_PATH} ${LOCK_PATH}), validez, puis relancez update.`,
    },
    { cause },
  );
}

function differs(path: string): UserError {
  return new UserError(
    'conflict',
    {
      en: `${LOCK_PATH} and ${BASE_PATH} do not agree on ${path}: one of them was edited, or they come from different commits.`,
      fr: `${LOCK_PATH} et ${BASE_PATH} ne s’accordent pas sur ${path}\u00a0: l’un des deux a été modifié, ou ils viennent de commits différents.`,
    },
    {
      en: `Take both from the last commit where they agree: git checkout <commit> -- ${BASE_PATH} ${LOCK_PATH}`,
      fr: `Reprenez les deux du dernier commit où ils s’accordent\u00a0: git checkout <commit> -- ${BASE_PATH} ${LOCK_PATH}`,
    },
  );
}
