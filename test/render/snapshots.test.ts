import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderProject } from '../../scripts/render.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { listCases } from './cases.ts';

/** Templates whose text is copied as it is: their snapshot is their digest, because the text is in `templates/` to read. */
const STATIC = new Set(
  readdirSync(join(ROOT, 'templates'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.hbs'))
    .map((entry) => entry.name.replace(/^_/, '.')),
);

it.each(listCases())('%s', async (name, manifest) => {
  const files = await renderProject(manifest);
  const listing: string[] = [];
  for (const [path, { contents, ownership, executable }] of files) {
    const isMade = !STATIC.has(path.split('/').at(-1) ?? '');
    const digest = createHash('sha256').update(contents).digest('hex').slice(0, 12);
    listing.push(`${isMade ? 'snapshot    ' : digest} ${ownership}${executable ? ' executable' : ''} ${path}`);
    if (isMade) await expect(contents).toMatchFileSnapshot(`__files__/${name}/${path}.txt`);
  }
  await expect(`${listing.join('\n')}\n`).toMatchFileSnapshot(`__files__/${name}/listing.txt`);
});
