/** The text taken apart at blanks, quotes resolved and `$NAME` and `${NAME}` replaced. @throws Error naming what is not understood */
export function readWords(text: string, variables: Readonly<Record<string, string>>): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [, single, double, escaped, blank, other] of text.matchAll(PIECES)) {
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word = (word ?? '') + toPiece({ single, double, escaped, other }, variables);
  }
  return word === undefined ? words : [...words, word];
}

const PIECES = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|(\s+)|([^'"\\\s]+|['"\\])/g;

interface Piece {
  readonly single: string | undefined;
  readonly double: string | undefined;
  readonly escaped: string | undefined;
  readonly other: string | undefined;
}

function toPiece({ single, double, escaped, other = '' }: Piece, variables: Readonly<Record<string, string>>): string {
  if (single !== undefined) return single;
  if (double !== undefined) return expand(double, variables).replace(/\\(["\\$])/g, '$1');
  if (escaped !== undefined) return escaped;
  if (/^['"\\]$/.test(other)) throw new Error(`${other} has no end.`);
  return expand(other, variables);
}

function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/(?<!\\)\$(?:\{(\w+)\}|(\w+)|(.?))/g, (all, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) throw new Error(`${all} is not understood: only $NAME and \${NAME} are.`);
    return variables[name] ?? '';
  });
}
