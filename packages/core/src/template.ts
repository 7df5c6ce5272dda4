import runtime from 'handlebars/runtime.js';
import { type Files, type Ownership, type RenderedFile, sortFiles } from './files.ts';
import { formatHelpers } from './format.ts';

/** A precompiled Handlebars template, as `Handlebars.precompile` made it at build time. */
export type CompiledTemplate = TemplateSpecification;

/** Path below `templates/<id>/` → text (copied byte for byte) or a compiled `.hbs` (the path keeps its `.hbs`). */
export type TemplateSource = ReadonlyMap<string, string | CompiledTemplate>;

/** Raw files plus a few pure answers about them: what goes where for an input, and whose it is. */
export interface Template<Input> {
  /** The folder's name below `templates/`. */
  readonly id: string;
  /** Where the file goes in the project (POSIX, `.hbs` already taken off), or `undefined` to leave it out. */
  target(path: string, input: Input): string | undefined;
  /** Whose the file at this project path is. */
  ownership(path: string): Ownership;
  /** Whether the file at this project path is executable. */
  executable?(path: string): boolean;
  /** Every name a `.hbs` file of this template may use, and no other. */
  view(input: Input): Readonly<Record<string, unknown>>;
  /** Files made in code rather than from text: path → contents. */
  made?(input: Input): ReadonlyMap<string, string>;
}

/**
 * Renders one template. A name that the view lacks throws: a misspelt name never becomes an empty string.
 * @returns the files, sorted by path
 */
export function render<Input>(template: Template<Input>, source: TemplateSource, input: Input): Files {
  const view = template.view(input);
  const files: [string, RenderedFile][] = [];
  const put = (path: string, contents: string) => {
    const executable = template.executable?.(path) ?? false;
    files.push([path, { contents, ownership: template.ownership(path), ...(executable ? { executable } : {}) }]);
  };
  for (const [path, text] of source) {
    const target = template.target(path.replace(/\.hbs$/, ''), input);
    if (target === undefined) continue;
    put(target, typeof text === 'string' ? text : fill(text, view));
  }
  for (const [path, text] of template.made?.(input) ?? []) put(path, text);
  return sortFiles(files);
}

/** The runtime's own typings name only its types. */
const Handlebars = runtime as unknown as typeof import('handlebars');

function fill(spec: CompiledTemplate, view: Readonly<Record<string, unknown>>): string {
  own ??= createOwn();
  return own.template(spec)(view);
}

/** One for all files; made when the first is filled in. */
let own: typeof Handlebars | undefined;

function createOwn(): typeof Handlebars {
  const created = Handlebars.create();
  for (const [name, helper] of Object.entries(formatHelpers)) created.registerHelper(name, helper);
  return created;
}
