const DISK_FAULTS: Readonly<Record<string, string>> = {
  ENOSPC: "The disk of the agent's work folder is full. Free some space, and run the job again.",
  EDQUOT: "The quota of the agent's work folder is used up. Free some space, and run the job again.",
  EROFS: "The agent's work folder cannot be written to: its file system is read-only.",
  EACCES: "A file or folder on the agent cannot be used: the agent's user has no right to it.",
  EPERM: "A file or folder on the agent cannot be used: the agent's user has no right to it.",
};

/** What a person reads of an error. */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : DISK_FAULTS[code];
  if (known === undefined) return error.message;
  return path === undefined ? `${known} (${code})` : `${known} (${code}: ${path})`;
}
