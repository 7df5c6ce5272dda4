import { refuseLine } from './docker-error.ts';

/** What a `RUN` may start; `apt-get` only where its condition does not hold, since it would change this machine. */
const PROGRAMS = ['python', 'python3', 'pip', 'grep', 'apt-get', 'rm'];
const RESERVED = ['if', 'then', 'else', 'fi', '!'];
const OPERATORS = ['&&', '||', ';'];

/** Words of a shell command as they stand, with their quotes. */
const TOKENS = /\s+|&&|\|\||;|\d?>&?\d?|(?:'[^']*'|"[^"]*"|[^\s'";&|<>])+|[\s\S]/g;

interface Token {
  readonly text: string;
  readonly at: number;
}

/** @throws DockerError for a command that would do more to this machine than to the image */
export function checkRun(line: number, text: string): void {
  if (/^\s*(\[|--)/.test(text)) throw refuseLine(line, 'RUN takes a command here, no list and no flags.');
  let isCommand = true;
  let chain: string[] = [];
  for (const { text: token } of listTokens(text)) {
    if (OPERATORS.includes(token)) {
      isCommand = true;
      if (token !== '&&') chain = [];
    } else if (isCommand && RESERVED.includes(token)) {
      isCommand = token !== 'fi';
      chain = [];
    } else if (isCommand) {
      if (!PROGRAMS.includes(token)) throw refuseLine(line, `RUN ${token}: only ${PROGRAMS.join(', ')} are run.`);
      // What clears up after apt-get is never come to, because apt-get is refused when it is.
      if (token === 'rm' && !chain.includes('apt-get')) throw refuseLine(line, 'RUN rm: only after apt-get && .');
      chain.push(token);
      isCommand = false;
    } else {
      checkWord(line, token);
    }
  }
}

function checkWord(line: number, token: string): void {
  const bare = token.replace(/'[^']*'/g, '');
  const isFine =
    /^\d?>&?\d?$/.test(token) ||
    (!/[$`]/.test(bare) &&
      !/[(){}<>|&#~\\'"]/.test(bare.replace(/"[^"]*"/g, '')) &&
      !/(^|[/=])\.\.(\/|$)/.test(token) &&
      // Such a path would not be led to the image's files.
      !/^(['"]|-\w)\//.test(token));
  if (!isFine) throw refuseLine(line, `RUN … ${token}: such a word is not understood without a shell of its own.`);
}

/** The command for a shell of this machine: all its paths lead below the image's folder. */
export function toShell(text: string, root: string): string {
  const quoted = `'${root.replaceAll("'", "'\\''")}'`;
  const parts = listTokens(text).map((token) => ({ ...token, slash: findSlash(token.text) }));
  let result = text;
  for (const { at, slash } of parts.reverse())
    if (slash >= 0) result = result.slice(0, at + slash) + quoted + result.slice(at + slash);
  return result;
}

function findSlash(word: string): number {
  if (word === '/dev/null') return -1;
  if (word.startsWith('/')) return 0;
  const at = /^[\w-]+=\//.exec(word)?.[0].length;
  return at === undefined ? -1 : at - 1;
}

function listTokens(text: string): readonly Token[] {
  return [...text.matchAll(TOKENS)].flatMap(({ 0: token, index }) =>
    token.trim() === '' ? [] : [{ text: token, at: index }],
  );
}
