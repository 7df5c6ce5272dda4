import {
  BASE_PATH,
  type Files,
  LOCK_PATH,
  MANIFEST_PATH,
  type Manifest,
  type MergeInput,
  type MergePlan,
  type MergeTools,
  type ProjectFile,
  parseManifest,
  planMerge,
  printBase,
  printLock,
  type RenderedFile,
  readBase,
  readLock,
  sortFiles,
  UserError,
  withOwnership,
} from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import { renderProject } from '../render-project.ts';
import { makeGitMerge } from '../services/git-merge.ts';
import { sha256 } from '../services/sha256.ts';

/** A project's files with another manifest. */
export interface ProjectEdit {
  readonly before: Manifest;
  readonly manifest: Manifest;
  /** Path → new text; empty where nothing differs. */
  readonly files: ReadonlyMap<string, string>;
}

/** The text of a project's file on some branch. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** What an edit is worked out with. */
export type EditContext = Pick<CommandContext, 'translate' | 'version' | 'env'>;

/**
 * What changes in a project with its manifest: `mlops.yaml`, the files rendered from it that are ours, and with them the lock and
 * the base of the next merge. What the team edited in them stays.
 * @param edit `mlops.yaml` as it is → as it should be
 * @throws UserError `conflict` where the team edited just what would have to change
 */
export async function editProject(
  { translate, version, env }: EditContext,
  readText: ReadText,
  edit: (text: string) => string,
): Promise<ProjectEdit> {
  const [text, lockText, baseText] = await Promise.all([MANIFEST_PATH, LOCK_PATH, BASE_PATH].map(readText));
  const before = parseManifest(text ?? '', MANIFEST_PATH, translate);
  const edited = edit(text ?? '');
  const manifest = parseManifest(edited, MANIFEST_PATH, translate);
  if (JSON.stringify(before) === JSON.stringify(manifest)) return { before, manifest, files: new Map() };
  const lock = readLock(lockText ?? '', version);
  const base = await readBase(baseText ?? '', lock, sha256);
  const [old, fresh] = await Promise.all([renderProject(before, version), renderProject(manifest, version)]);
  const theirs = new Map([...fresh].filter(([path, file]) => isOurs(path, file) && isOther(old, path, file)));
  const files = new Map([[MANIFEST_PATH, edited]]);
  if (theirs.size === 0) return { before, manifest, files };
  // As written, but this version would have written it otherwise: more than was asked for would change.
  for (const path of theirs.keys()) {
    if (base.get(path)?.contents !== old.get(path)?.contents && base.has(path))
      throw otherVersion(path, lock.generator);
  }
  const plan = await mergeSome({ lock, base, theirs }, readText, makeGitMerge(env));
  for (const [path, file] of plan.writes) if (file !== undefined) files.set(path, file.contents);
  files.set(LOCK_PATH, printLock({ ...lock, files: { ...lock.files, ...plan.lock.files } }));
  files.set(BASE_PATH, printBase(sortFiles([...withOwnership(base, lock), ...plan.base])));
  return { before, manifest, files };
}

/** The merge that `update` makes, of the few files that change. */
async function mergeSome(
  { lock, base, theirs }: Omit<MergeInput, 'mine'>,
  readText: ReadText,
  mergeTexts: MergeTools['mergeTexts'],
): Promise<MergePlan> {
  const mine = new Map<string, ProjectFile>();
  for (const path of theirs.keys()) {
    const at = lock.files[path]?.at ?? path;
    const contents = await readText(at);
    if (contents === undefined || lock.files[path]?.ownership === 'seed') throw editedByTeam(path);
    mine.set(at, { kind: 'text', contents });
  }
  const some = <Value>(all: Iterable<readonly [string, Value]>) => [...all].filter(([path]) => theirs.has(path));
  const input: MergeInput = {
    lock: { ...lock, files: Object.fromEntries(some(Object.entries(lock.files))) },
    base: new Map(some(base)),
    mine,
    theirs,
  };
  const plan = await planMerge(input, { hash: sha256, mergeTexts }, { generator: lock.generator, style: 'ours' });
  const conflict = plan.results.find(({ action }) => action === 'conflict');
  if (conflict !== undefined) throw editedByTeam(conflict.path);
  return plan;
}

function isOurs(path: string, { ownership }: RenderedFile): boolean {
  return ownership !== 'seed' && path !== LOCK_PATH && path !== BASE_PATH;
}

function isOther(old: Files, path: string, { contents }: RenderedFile): boolean {
  return old.get(path)?.contents !== contents;
}

function editedByTeam(path: string): UserError {
  return new UserError(
    'conflict',
    {
      en: `The team edited just what would have to change in ${path}, or removed it, or made it its own: nothing is changed here.`,
      fr: `L’équipe a modifié justement ce qui devrait changer dans ${path}, ou l’a supprimé, ou l’a fait sien\u00a0: rien n’est changé ici.`,
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
