import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAnswers, parseManifest } from './manifest-text.ts';
import { printManifest } from './print-manifest.ts';
import { toManifest } from './to-manifest.ts';

const folder = new URL('../../../examples/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('the examples', () => {
  it('are at least six', () => expect(files.length).toBeGreaterThanOrEqual(6));

  it.each(files)('%s makes a manifest that survives printing', (name) => {
    const manifest = toManifest(parseAnswers(readFileSync(new URL(name, folder), 'utf8'), name));
    expect(manifest.model.name).toBe(name.replace('.yaml', ''));
    expect(parseManifest(printManifest(manifest), 'mlops.yaml')).toEqual(manifest);
  });
});
