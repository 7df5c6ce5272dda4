import { devNull } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Environment } from '../http-agents.ts';

/** A remote and the header that proves who we are; the header reaches git through its environment only. */
export interface Remote {
  readonly url: string;
  /** Value of the `Authorization` header. */
  readonly authorization: string;
}

/** What one call of git has besides its arguments. */
export interface GitExtra {
  /** The remote that it talks to; absent: it stays on this disk. */
  readonly remote?: Remote;
  /** Added to the environment. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Our configuration of every call; what a person has set for themselves is overruled by it. */
const SETTINGS: readonly (readonly [key: string, value: string])[] = [
  ['core.hooksPath', devNull],
  ['core.autocrlf', 'false'],
  ['commit.gpgsign', 'false'],
  ['credential.helper', ''],
  // A name made up from the machine's would be nobody's.
  ['user.useConfigOnly', 'true'],
  // git compresses when it packs; until then it is a fifth of a first commit's time, and saves nothing on most disks.
  ['core.looseCompression', '0'],
  // Cleaning up is for the person's own git: here it is one process more, and outlives ours.
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

/** git's whole environment: this process's, of its GIT_ variables only those on certificates (GIT_SSL_…), and our configuration. */
export function toGitEnvironment(
  environment: Environment,
  folder: string,
  { remote, variables }: GitExtra,
): Record<string, string> {
  const inherited = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(GIT_(?!SSL_)|SSH_ASKPASS|EDITOR$|PAGER$|PREFIX$)/.test(entry[0]),
  );
  const settings = [...SETTINGS, ...(remote ? [toHeader(remote)] : [])];
  const configuration = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...Object.fromEntries(inherited),
    ...Object.fromEntries(configuration),
    GIT_CONFIG_COUNT: String(settings.length),
    GIT_TERMINAL_PROMPT: '0',
    // Its messages are told apart by their words.
    LC_ALL: 'C',
    // The project may lie inside another repository, which must not answer in its place.
    GIT_CEILING_DIRECTORIES: dirname(resolve(folder)),
    ...variables,
  };
}

/** Only for this host: a redirect elsewhere does not get it. */
function toHeader({ url, authorization }: Remote): readonly [key: string, value: string] {
  return [`http.${new URL(url).origin}/.extraheader`, `Authorization: ${authorization}`];
}
