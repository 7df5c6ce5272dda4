import { replaceMacros } from '../expression/replace-macros.ts';
import type { JobVariable } from './job-work.ts';

/** The variables of a running job; names are looked up without case. */
export interface JobVariables {
  find(name: string): JobVariable | undefined;
  /** A variable that was secret stays so, and one that was read-only too. */
  set(name: string, variable: JobVariable): void;
  /** The text with `$(name)` replaced; a name that nobody defined stays as it is written. */
  expand(text: string): string;
  /** All values, expanded. */
  toTexts(): Readonly<Record<string, string>>;
  /** Values that may be shown to every step, expanded; what a secret goes into is a secret. */
  listPublic(): readonly (readonly [string, string])[];
}

/** Makes the variables of a job. */
export function makeJobVariables(initial: Readonly<Record<string, JobVariable>>): JobVariables {
  const byKey = new Map<string, JobVariable & { readonly name: string }>();
  const set = (name: string, variable: JobVariable) => {
    const before = byKey.get(name.toLowerCase());
    byKey.set(name.toLowerCase(), {
      name: before?.name ?? name,
      value: variable.value,
      isSecret: variable.isSecret === true || before?.isSecret === true,
      isReadOnly: variable.isReadOnly === true || before?.isReadOnly === true,
    });
  };
  const toRaw = () => Object.fromEntries([...byKey.values()].map(({ name, value }) => [name, value]));
  const isSecret = (key: string, path: readonly string[]): boolean => {
    const variable = byKey.get(key);
    if (!variable || path.includes(key)) return false;
    return variable.isSecret === true || listNames(variable.value).some((name) => isSecret(name, [...path, key]));
  };
  // Most texts hold no macro, and then nothing has to be looked up.
  const expandWith = (text: string, raw: Readonly<Record<string, string>>) =>
    text.includes('$(') ? replaceMacros(text, raw) : text;
  for (const [name, variable] of Object.entries(initial)) set(name, variable);
  return {
    find: (name) => byKey.get(name.toLowerCase()),
    set,
    expand: (text) => (text.includes('$(') ? replaceMacros(text, toRaw()) : text),
    toTexts() {
      const raw = toRaw();
      return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, expandWith(value, raw)]));
    },
    listPublic() {
      const raw = toRaw();
      return [...byKey]
        .filter(([key]) => !isSecret(key, []))
        .map(([, { name, value }]) => [name, expandWith(value, raw)] as const);
    },
  };
}

/** Variables that a value speaks of, in lower case. */
function listNames(value: string): readonly string[] {
  return [...value.matchAll(/\$\(([^()]+)\)/g)].map(([, name = '']) => name.toLowerCase());
}
