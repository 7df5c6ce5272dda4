import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BASE_PATH, createTranslate, LOCK_PATH, parseLock, readBase, toSha256 } from '@create-mlops-model/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aManifest } from '../../../../test/build.ts';
import { renderProject } from '../render-project.ts';
import { type Disk, openDisk } from '../services/disk.ts';
import { rewriteFiles } from './rewrite-files.ts';

const VARIABLES = 'pipelines/variables.yml';
const VERSION = '1.0.0';
const context = { env: { PATH: process.env.PATH ?? '' }, translate: createTranslate('en'), version: VERSION };

let disk: Disk;
beforeEach(async () => {
  disk = openDisk(mkdtempSync(join(tmpdir(), 'rewrite-files-')));
  for (const [path, { contents }] of await renderProject(aManifest(), VERSION)) {
    disk.write(path, { contents, executable: false });
  }
});
afterEach(() => rmSync(disk.folder, { recursive: true }));

const read = (path: string) => disk.find(path)?.contents ?? '';

it('brings other answers into the files, the team’s edits kept, lock and base with them', async () => {
  disk.write(VARIABLES, { contents: `${read(VARIABLES)}  OURS: 'yes'\n`, executable: false });
  const paths = await rewriteFiles(context, disk, await renderProject(aManifest({ python: '3.13' }), VERSION));
  expect([...paths].sort()).toEqual(
    [BASE_PATH, '.devcontainer/devcontainer.json', LOCK_PATH, 'mlops.yaml', VARIABLES].sort(),
  );
  expect(read(VARIABLES)).toMatch(/PYTHON_VERSION: '3\.13'.*OURS: 'yes'\n$/s);
  const base = await readBase(read(BASE_PATH), parseLock(read(LOCK_PATH)), toSha256);
  expect(base.get(VARIABLES)?.contents).toContain("PYTHON_VERSION: '3.13'");
});

it('writes nothing where nothing differs', async () => {
  expect(await rewriteFiles(context, disk, await renderProject(aManifest(), VERSION))).toEqual([]);
});
