import type { Metafile } from 'esbuild';

/** Source file, below the bundle's root → the packages that may be loaded together with it. */
export type Loads = Readonly<Record<string, readonly string[]>>;

/**
 * Holds what is loaded at once with a module against what may be: a package that only some runs need is imported where
 * they need it, or every start pays for it.
 * @returns one line for each package too many
 */
export function checkLoads({ outputs }: Pick<Metafile, 'outputs'>, loads: Loads): readonly string[] {
  return Object.entries(loads).flatMap(([source, allowed]) => {
    const output = Object.keys(outputs).find((path) => outputs[path]?.entryPoint?.endsWith(`/${source}`));
    if (output === undefined) return [`${source} is no part of its own any more`];
    return [...findPackages(outputs, output)]
      .filter((name) => !allowed.includes(name))
      .map((name) => `${source} loads ${name} at once; import it where it is needed`);
  });
}

/** The packages in an output and in all that it imports statically. */
function findPackages(outputs: Metafile['outputs'], from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string) => {
    const output = outputs[path];
    if (output === undefined || seen.has(path)) return;
    seen.add(path);
    for (const input of Object.keys(output.inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
      if (name !== undefined) found.add(name);
    }
    for (const item of output.imports) if (item.kind === 'import-statement') visit(item.path);
  };
  visit(from);
  return found;
}
