import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDisk } from './disk.ts';
import { openJournal, readUnsettled } from './journal.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mlops-disk-'));
  folder = join(root, 'project');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const file = (contents: string, executable = false) => ({ contents, executable });

test('writes files in folders that it makes, with the executable bit, and leaves no drafts', () => {
  const disk = openDisk(folder);
  disk.write('a/b/run.sh', file('#!/bin/sh\n', true));
  disk.write('a/b/text.md', file('é\n'));
  disk.write('a/b/text.md', file('è\n'));
  expect(disk.find('a/b/run.sh')).toEqual(file('#!/bin/sh\n', true));
  expect(disk.find('a/b/text.md')).toEqual(file('è\n'));
  expect(readdirSync(join(folder, 'a/b')).sort()).toEqual(['run.sh', 'text.md']);
});

test.each(['../out', 'a/../../out', '/etc/out', 'a//b', './a', 'a\\..\\out', ''])('refuses the path %j', (path) => {
  expect(() => openDisk(folder).write(path, file('x'))).toThrow(/lead out/);
  expect(existsSync(join(root, 'out'))).toBe(false);
});

test('writes through no symbolic link: not a folder, not a file', () => {
  const outside = join(root, 'outside');
  mkdirSync(outside);
  mkdirSync(folder);
  writeFileSync(join(outside, 'kept'), 'kept');
  symlinkSync(outside, join(folder, 'linked'));
  symlinkSync(join(outside, 'kept'), join(folder, 'file'));
  const disk = openDisk(folder);
  expect(() => disk.write('linked/new', file('x'))).toThrow(/symbolic link/);
  expect(() => disk.write('file', file('x'))).toThrow(/symbolic link/);
  expect(() => disk.append('file', 'x')).toThrow();
  expect(() => disk.find('linked/kept')).toThrow(/symbolic link/);
  expect(() => disk.find('file')).toThrow(/symbolic link/);
  expect(readdirSync(outside)).toEqual(['kept']);
  expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept');
  expect(lstatSync(join(folder, 'file')).isSymbolicLink()).toBe(true);
});

test('a missing file is none, a folder that is a file is refused', () => {
  const disk = openDisk(folder);
  expect(disk.find('a/b')).toBeUndefined();
  expect(disk.list()).toEqual([]);
  disk.write('a', file('x'));
  expect(() => disk.write('a/b', file('x'))).toThrow();
});

test('removes a file and the folders that became empty', () => {
  const disk = openDisk(folder);
  disk.write('a/b/c', file('x'));
  disk.write('a/d', file('x'));
  disk.remove('a/b/c');
  expect(readdirSync(join(folder, 'a'))).toEqual(['d']);
  disk.write('a/b/c', file('again'));
  expect(disk.find('a/b/c')).toEqual(file('again'));
});

test('the journal knows what was begun and not ended, of the last run only', () => {
  const disk = openDisk(folder);
  let now = 1000;
  const first = openJournal(disk, () => now);
  first.intend('job:a', 'create');
  now = 2000;
  const second = openJournal(disk, () => now);
  second.intend('repository:m', 'create');
  second.settle('repository:m', 'done');
  second.intend('pipeline:p', 'update');
  writeFileSync(join(folder, '.git/mlops/journal.jsonl'), '{"half', { flag: 'a' });
  expect(readUnsettled(disk)).toEqual([{ address: 'pipeline:p', intent: 'update', at: '1970-01-01T00:00:02.000Z' }]);
});

test('without a repository of its own there is no journal, and nothing open', () => {
  mkdirSync(folder);
  writeFileSync(join(folder, '.git'), 'gitdir: /elsewhere\n');
  const disk = openDisk(folder);
  openJournal(disk, () => 0).intend('job:a', 'create');
  expect(readUnsettled(disk)).toEqual([]);
});
