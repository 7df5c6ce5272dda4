import { describe, expect, it } from 'vitest';
import { aManifest } from '../../../test/build.ts';
import { editSchedules } from './edit-schedules.ts';
import { parseManifest } from './manifest-text.ts';
import { printManifest } from './print-manifest.ts';

const weekly = [{ cron: '0 6 * * 1', timeZone: 'America/Toronto' }];
const daily = [{ cron: '30 5 * * *', timeZone: 'UTC' }];

describe('editSchedules', () => {
  it.each([
    [weekly, daily],
    [weekly, []],
    [[], weekly],
    [weekly, [...weekly, ...daily]],
  ])('writes what a manifest with these schedules would be printed as', (before, after) => {
    const text = printManifest(aManifest({ retraining: { schedules: before } }));
    expect(editSchedules(text, after)).toBe(printManifest(aManifest({ retraining: { schedules: after } })));
  });

  it('keeps what the team wrote', () => {
    const text = printManifest(aManifest({ retraining: { schedules: weekly } }))
      .replace('python:', '# ours, and it stays\npython:')
      .replace('owner: Housing team', 'owner: "Housing team" # ask Zoé');
    const edited = editSchedules(text, daily);
    expect(edited).toContain('# ours, and it stays\npython:');
    expect(edited).toContain('owner: "Housing team" # ask Zoé');
    expect(parseManifest(edited, 'mlops.yaml').retraining.schedules).toEqual(daily);
  });

  it('makes the section where there is none', () => {
    const text = printManifest(aManifest({ retraining: { schedules: [] } })).replace(
      /\n# [^\n]*\nretraining:\n( .*\n)*/,
      '\n',
    );
    expect(text).not.toContain('retraining');
    expect(parseManifest(editSchedules(text, weekly), 'mlops.yaml').retraining.schedules).toEqual(weekly);
  });
});
