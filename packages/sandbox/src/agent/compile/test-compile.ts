import type { Data } from '../tree.ts';
import { compilePipeline } from './compile-pipeline.ts';
import type { Pipeline } from './pipeline.ts';

/** What a pipeline is tried with. */
export interface Trial {
  /** Templates by path, without the leading slash. */
  readonly files?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, Data>>;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Compiles a text as the repository's `/entry.yml`. */
export function compileText(
  text: string,
  { files = {}, parameters = {}, variables = {} }: Trial = {},
): Promise<Pipeline> {
  return compilePipeline({
    path: '/entry.yml',
    text,
    readFile: async (path) => files[path.slice(1)],
    describeMissing: (path) => `File ${path} not found`,
    parameters,
    variables,
    tasks: new Set(['Bash@3', 'CmdLine@2', 'PowerShell@2', 'VSBuild@1', 'VSTest@2']),
  });
}
