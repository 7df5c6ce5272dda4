import { StringDecoder } from 'node:string_decoder';
import type { Masker } from './mask-secrets.ts';

/** A program that never ends its line must not fill the memory. */
const LONGEST_LINE = 1024 * 1024;

/** Cuts a stream of bytes into lines. */
export interface LineReader {
  add(chunk: Buffer): void;
  /** Gives out what stands after the last line end. */
  end(): void;
}

/** Makes a reader of lines; a line that is too long comes in pieces, none of which cuts a secret in two. */
export function makeLineReader(masker: Masker, onLine: (line: string) => void): LineReader {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const add = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.replace(/\r$/, ''));
    if (rest.length <= LONGEST_LINE) return;
    // The end of what is masked may be the beginning of a secret, so as much is kept as the longest one needs.
    const masked = masker.mask(rest);
    const cut = Math.max(1, masked.length - masker.longest);
    onLine(masked.slice(0, cut));
    rest = masked.slice(cut);
  };
  return {
    add: (chunk) => add(decoder.write(chunk)),
    end() {
      add(decoder.end());
      if (rest !== '') onLine(rest.replace(/\r$/, ''));
      rest = '';
    },
  };
}
