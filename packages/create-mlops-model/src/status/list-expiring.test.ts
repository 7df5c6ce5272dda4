import { toNames } from '@create-mlops-model/core';
import { expect, it } from 'vitest';
import { aManifest } from '../../../../test/build.ts';
import { listExpiring } from './list-expiring.ts';

const namesOn = (day: string, more: Parameters<typeof aManifest>[0] = {}) => {
  const manifest = aManifest({ python: '3.11', ...more });
  return listExpiring(manifest, toNames(manifest), new Date(day)).map(({ name }) => name);
};

it('names what a project uses half a year before its end, and after it', () => {
  expect(namesOn('2027-04-01')).not.toContain('3.11');
  for (const day of ['2027-06-01', '2028-01-01'])
    expect(namesOn(day)).toEqual(expect.arrayContaining(['3.11', 'python:3.11-slim']));
});

it('leaves out what the project does not use', () => {
  const names = namesOn('2027-06-01', { image: { base: 'contoso.azurecr.io/base:1' } });
  expect(names).toContain('3.11');
  expect(names).not.toContain('python:3.11-slim');
  expect(names).not.toContain('3.12');
});
