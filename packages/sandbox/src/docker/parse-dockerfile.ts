import { refuseLine } from './docker-error.ts';

/** Instructions that are built without a container engine. */
const KEYWORDS = [
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'LABEL',
  'RUN',
  'USER',
  'WORKDIR',
] as const;

/** One of them. */
export type Keyword = (typeof KEYWORDS)[number];

/** An instruction of a Dockerfile. */
export interface Instruction {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly keyword: Keyword;
  /** What follows the keyword, its lines joined. */
  readonly text: string;
}

/** Reads a Dockerfile. @throws DockerError for an instruction that is not built here, by name and line */
export function parseDockerfile(text: string): readonly Instruction[] {
  return joinLines(text).map(({ line, text: whole }) => {
    const [, word = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(whole) ?? [];
    const keyword = KEYWORDS.find((known) => known === word.toUpperCase());
    if (keyword === undefined) {
      throw refuseLine(line, `the instruction ${word} is not known to it; it knows ${KEYWORDS.join(', ')}.`);
    }
    if (rest === '') throw refuseLine(line, `${keyword} says nothing.`);
    return { line, keyword, text: rest };
  });
}

/** A line goes on after a backslash; comments and empty lines between its parts do not count. */
function joinLines(text: string): readonly { readonly line: number; readonly text: string }[] {
  const joined: { line: number; text: string }[] = [];
  let isOpen = false;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (/^\s*#\s*escape\s*=/i.test(raw)) throw refuseLine(index + 1, 'another escape character is not known to it.');
    if (/^\s*(#|$)/.test(raw)) continue;
    const goesOn = /\\[ \t]*$/.test(raw);
    const part = raw.replace(/\\[ \t]*$/, '').trim();
    const last = joined.at(-1);
    if (isOpen && last) last.text = `${last.text} ${part}`.trim();
    else joined.push({ line: index + 1, text: part });
    isOpen = goesOn;
  }
  return joined;
}
