import { join } from 'node:path';
import { ROOT } from '../toolchain.mjs';
import type { Loads } from './check-loads.ts';

/** One package as it is published, and the limits it keeps. */
export interface PublishedPackage {
  readonly name: string;
  readonly folder: string;
  /** Below `src/`; each becomes a file in `dist/`. */
  readonly entries: readonly string[];
  /** Packages that may be loaded with what starts quickly. */
  readonly loads: Loads;
  /** Below `src/`; files that the program reads, copied to the same path in `dist/`. */
  readonly assets: readonly string[];
  /** Repository file → file in the package. */
  readonly copies: Readonly<Record<string, string>>;
  readonly maxFiles: number;
  /** Of the packed tarball. */
  readonly maxBytes: number;
}

/** What goes to the registry. */
export const PUBLISHED: readonly PublishedPackage[] = [
  {
    name: 'create-mlops-model',
    folder: join(ROOT, 'packages/create-mlops-model'),
    // The rehearsal's load goes on in a process of its own.
    entries: ['main.ts', 'send-load.ts'],
    loads: { 'src/main.ts': [], 'src/commands/create.ts': ['handlebars', 'valibot'] },
    assets: ['generated/templates.txt'],
    copies: { 'README.md': 'README.md', 'LISEZMOI.md': 'LISEZMOI.md', LICENSE: 'LICENSE' },
    maxFiles: 30,
    maxBytes: 600 * 1024,
  },
  {
    name: 'create-mlops-model-sandbox',
    folder: join(ROOT, 'packages/sandbox'),
    entries: ['cli.ts', 'docker.ts', 'index.ts'],
    loads: {},
    assets: [],
    copies: { 'docs/en/sandbox.md': 'README.md', 'docs/fr/sandbox.md': 'LISEZMOI.md', LICENSE: 'LICENSE' },
    maxFiles: 30,
    maxBytes: 600 * 1024,
  },
];
