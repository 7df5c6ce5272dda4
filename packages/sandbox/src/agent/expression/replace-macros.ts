/** A variable within a variable within … is followed this far; a circle ends here too. */
const DEEPEST = 50;

/**
 * Puts the values of variables where `$(name)` stands, before a step begins.
 * A name that nobody defined stays as it is written (MicrosoftDocs process/variables, macro syntax).
 */
export function replaceMacros(text: string, variables: Readonly<Record<string, string>>): string {
  const byName = new Map(Object.entries(variables).map(([name, value]) => [name.toLowerCase(), value]));
  return replaceFrom(text, byName, []);
}

function replaceFrom(text: string, byName: ReadonlyMap<string, string>, path: readonly string[]): string {
  return text.replace(/\$\(([^()]+)\)/g, (macro, name: string) => {
    const key = name.toLowerCase();
    const value = byName.get(key);
    if (value === undefined || path.includes(key) || path.length >= DEEPEST) return macro;
    return replaceFrom(value, byName, [...path, key]);
  });
}
