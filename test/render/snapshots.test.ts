import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderProject } from '../../scripts/render.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { listBuiltCases } from './cases.ts';

/** Texts that are copied as they lie in `templates/`: there they are to be read, so a digest is enough here. */
const COPIED = new Set(
  readdirSync(join(ROOT, 'templates'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.hbs') && !entry.name.endsWith('.pyc'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
);

it.each(listBuiltCases())('%s', async (name, manifest) => {
  const files = await renderProject(manifest);
  const listing: string[] = [];
  for (const [path, { contents, ownership, executable }] of files) {
    const isCopied = COPIED.has(contents);
    const digest = createHash('sha256').update(contents).digest('hex');
    listing.push(`${path} ${ownership}${executable ? ' executable' : ''} ${isCopied ? digest : 'made'}`);
    if (!isCopied) await expect(contents).toMatchFileSnapshot(`__files__/${name}/${path}.txt`);
  }
  await expect(`${listing.join('\n')}\n`).toMatchFileSnapshot(`__files__/${name}/listing.txt`);
});
