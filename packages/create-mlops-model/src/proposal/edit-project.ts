import {
  BASE_PATH,
  type Files,
  LOCK_PATH,
  type Lock,
  MANIFEST_PATH,
  type Manifest,
  parseManifest,
  printLock,
  readLock,
  toSha256,
  UserError,
} from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import { renderProject } from '../render-project.ts';

/** A project's files with another manifest. */
export interface ProjectEdit {
  readonly before: Manifest;
  readonly manifest: Manifest;
  /** Path → new text; empty where nothing differs. */
  readonly files: ReadonlyMap<string, string>;
}

/** The text of a project's file on some branch. */
export type ReadText = (path: string) => Promise<string | undefined>;

/**
 * What changes in a project with its manifest: `mlops.yaml`, the files rendered from it that are ours, and with them the lock and
 * the base of the next merge.
 * @param edit `mlops.yaml` as it is → as it should be
 * @throws UserError `conflict` where the team edited a file that would have to change
 */
export async function editProject(
  { translate, version }: Pick<CommandContext, 'translate' | 'version'>,
  readText: ReadText,
  edit: (text: string) => string,
): Promise<ProjectEdit> {
  const [text, lockText, base] = await Promise.all([MANIFEST_PATH, LOCK_PATH, BASE_PATH].map(readText));
  const before = parseManifest(text ?? '', MANIFEST_PATH, translate);
  const edited = edit(text ?? '');
  const manifest = parseManifest(edited, MANIFEST_PATH, translate);
  if (JSON.stringify(before) === JSON.stringify(manifest)) return { before, manifest, files: new Map() };
  const lock = readLock(lockText ?? '', version);
  const [old, fresh] = await Promise.all([renderProject(before, version), renderProject(manifest, version)]);
  const changed = [...fresh].filter(
    ([path, file]) => isOurs(path, file.ownership) && isOther(old, path, file.contents),
  );
  const files = new Map([[MANIFEST_PATH, edited]]);
  for (const [path, file] of changed) {
    await refuseEdited(path, await readText(path), old.get(path)?.contents ?? '', lock);
    files.set(path, file.contents);
  }
  if (changed.length === 0) return { before, manifest, files };
  files.set(LOCK_PATH, await moveLock(lock, changed));
  files.set(BASE_PATH, moveBase(base ?? '', new Map(changed.map(([path, file]) => [path, file.contents]))));
  return { before, manifest, files };
}

function isOurs(path: string, ownership: string): boolean {
  return ownership !== 'seed' && path !== LOCK_PATH && path !== BASE_PATH;
}

function isOther(old: Files, path: string, contents: string): boolean {
  return old.get(path)?.contents !== contents;
}

async function refuseEdited(path: string, current: string | undefined, rendered: string, lock: Lock): Promise<void> {
  const written = lock.files[path]?.sha256;
  if (current === undefined || (await toSha256(current)) !== written) throw editedByTeam(path);
  // As written, but this version would have written it otherwise: more than was asked for would change.
  if ((await toSha256(rendered)) !== written) throw otherVersion(path, lock.generator);
}

async function moveLock(lock: Lock, changed: readonly (readonly [string, { readonly contents: string }])[]) {
  const entries = await Promise.all(
    changed.map(async ([path, { contents }]) => {
      const ownership = lock.files[path]?.ownership ?? 'managed';
      return [path, { ownership, sha256: await toSha256(contents) }] as const;
    }),
  );
  return printLock({ ...lock, files: { ...lock.files, ...Object.fromEntries(entries) } });
}

/** The base holds one file a line; the lines of other files stay as they are. */
function moveBase(base: string, changed: ReadonlyMap<string, string>): string {
  const lines = base.split('\n').map((line) => {
    const path = findPath(line);
    const contents = path === undefined ? undefined : changed.get(path);
    return contents === undefined ? line : JSON.stringify({ path, contents });
  });
  return lines.join('\n');
}

function findPath(line: string): string | undefined {
  if (line === '') return undefined;
  try {
    return (JSON.parse(line) as { readonly path?: string }).path;
  } catch (error) {
    throw new UserError(
      'conflict',
      {
        en: `${BASE_PATH} on the server cannot be read.`,
        fr: `${BASE_PATH} sur le serveur est illisible.`,
      },
      {
        en: 'Perhaps a merge left its marks in it. Take it back from the commit before that merge.',
        fr: 'Une fusion y a peut-être laissé ses marques. Reprenez-le du commit qui précède cette fusion.',
      },
      { cause: error },
    );
  }
}

function editedByTeam(path: string): UserError {
  return new UserError(
    'conflict',
    {
      en: `${path} is not as it was generated: the team edited it, so nothing is changed here.`,
      fr: `${path} n’est plus tel qu’il a été généré\u00a0: l’équipe l’a modifié, et rien n’est donc changé ici.`,
    },
    {
      en: `Change mlops.yaml and what follows from it in ${path} by hand in one pull request (schedules are in UTC there), or take the generated text of ${path} back first.`,
      fr: `Changez à la main, dans une même demande de tirage, mlops.yaml et ce qui en découle dans ${path} (les horaires y sont en UTC), ou reprenez d’abord le texte généré de ${path}.`,
    },
  );
}

function otherVersion(path: string, generator: string): UserError {
  return new UserError(
    'conflict',
    {
      en: `${path} was generated by version ${generator}; this version would change more in it than was asked for.`,
      fr: `${path} a été généré par la version ${generator}\u00a0; la version présente y changerait plus que ce qui est demandé.`,
    },
    {
      en: `Use that version: npx create-mlops-model@${generator} …`,
      fr: `Utilisez cette version-là\u00a0: npx create-mlops-model@${generator} …`,
    },
  );
}
