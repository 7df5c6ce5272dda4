import { expect, it } from 'vitest';
import { toServedVersions } from './choose-version.ts';

const of = (...versions: string[]) => versions.map((version) => ({ version }));

it('goes back to the one in service before, whatever was deployed twice', () => {
  expect(toServedVersions(undefined, of('3', '3', '2'), [])).toEqual({ current: '3', earlier: ['2'] });
});

it('believes the cluster on what serves now: the newest deploy may have been undone by hand', () => {
  expect(toServedVersions('2', of('3', '2', '1'), of('2', '3'))).toEqual({ current: '2', earlier: ['3', '1'] });
});

it('takes what the cluster keeps where deploy runs say nothing', () => {
  expect(toServedVersions('3', [], of('3', '', '1'))).toEqual({ current: '3', earlier: ['1'] });
});

it('knows none where nothing was deployed', () => {
  expect(toServedVersions(undefined, [], [])).toEqual({ current: undefined, earlier: [] });
});
