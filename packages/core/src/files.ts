/**
 * Who may change a generated file after it was written.
 * `managed`: ours, merged on update · `seed`: the team's after creation · `locked`: ours, not to be edited.
 */
export type Ownership = 'managed' | 'seed' | 'locked';

/** One file as it will lie in the project: text with LF line ends. */
export interface RenderedFile {
  readonly contents: string;
  readonly ownership: Ownership;
  /** The executable bit; absent means no. */
  readonly executable?: boolean;
}

/** POSIX path relative to the project's root → file, sorted by path. */
export type Files = ReadonlyMap<string, RenderedFile>;

/** The same files sorted by path, byte order, so that every listing and the lock are stable. */
export function sortFiles(files: Iterable<readonly [string, RenderedFile]>): Files {
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
