import { inLanguage, type Lang, UserError } from '@create-mlops-model/core';

/** One thing that is asked for: what was found, or why it could not be read. */
export type Part<Value> = { readonly value: Value } | { readonly problem: string };

/** Reads a part; what a person can put right becomes the part's problem, so that the others are shown all the same. */
export async function readPart<Value>(lang: Lang, read: () => Promise<Value>): Promise<Part<Value>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problem: inLanguage(error.text, lang) };
  }
}
