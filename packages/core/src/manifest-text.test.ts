import { describe, expect, it } from 'vitest';
import { parseManifest } from './manifest-text.ts';
import { printManifest } from './print-manifest.ts';
import { toManifest } from './to-manifest.ts';

describe('the manifest as text', () => {
  it('is read back as it was printed', () => {
    const manifest = toManifest({ name: 'crue-prevision' });
    const text = printManifest(manifest);
    expect(parseManifest(text, 'mlops.yaml')).toEqual(manifest);
  });
});
