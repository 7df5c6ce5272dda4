import { type ProjectFile, toProjectFile } from '@create-mlops-model/core';
import { type Disk, findEntry } from '../services/disk.ts';
import { type GitObjects, toTreeFile } from '../services/git-objects.ts';

/** A project to be updated, as it lies on a disk or in a commit. Only reads. */
export interface ProjectSource {
  /** Text of a file; `undefined` where there is none. */
  readText(path: string): Promise<string | undefined>;
  /** Those of these paths where something lies. */
  read(paths: Iterable<string>): Promise<Map<string, ProjectFile>>;
  /** All paths that git knows or would take. */
  list(): Promise<readonly string[]>;
}

/** The working tree, whatever git thinks of it. */
export function openWorktree(disk: Disk, git: GitObjects): ProjectSource {
  const find = (path: string): ProjectFile | undefined => {
    const entry = findEntry(disk.folder, path);
    if (entry === undefined) return undefined;
    if (entry.kind === 'file') return toProjectFile(entry.bytes, entry.executable);
    const isRepository = entry.kind === 'folder' && findEntry(disk.folder, `${path}/.git`) !== undefined;
    return { kind: isRepository ? 'submodule' : entry.kind };
  };
  return {
    readText: async (path) => textOf(find(path)),
    read: async (paths) =>
      new Map(
        [...paths].flatMap((path) => {
          const file = find(path);
          return file === undefined ? [] : [[path, file] as const];
        }),
      ),
    async list() {
      const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
      const { exitCode, stdout } = await git.run(disk.folder, args);
      // Outside a repository nobody says what belongs to the project, so nothing was moved.
      return exitCode === 0 ? stdout.toString().split('\0').filter(Boolean) : [];
    },
  };
}

/** A commit of a clone. */
export async function openCommit(folder: string, commit: string, git: GitObjects): Promise<ProjectSource> {
  const entries = new Map((await git.listTree(folder, commit)).map((entry) => [entry.path, entry]));
  const read: ProjectSource['read'] = async (paths) => {
    const wanted = [...paths].flatMap((path) => entries.get(path) ?? []);
    const held = wanted.filter(({ mode }) => mode.startsWith('100'));
    const bytes = await git.readAll(
      folder,
      held.map(({ object }) => object),
    );
    const found = new Map(held.map(({ path }, index) => [path, bytes[index]]));
    return new Map(wanted.map((entry) => [entry.path, toTreeFile(entry, found.get(entry.path))]));
  };
  return {
    read,
    readText: async (path) => textOf((await read([path])).get(path)),
    list: async () => [...entries.keys()],
  };
}

function textOf(file: ProjectFile | undefined): string | undefined {
  return file?.kind === 'text' ? file.contents : undefined;
}
