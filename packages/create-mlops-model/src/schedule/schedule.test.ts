import {
  createTranslate,
  editSchedules,
  parseLock,
  parseManifest,
  toFileStates,
  withLock,
} from '@create-mlops-model/core';
import { describe, expect, it } from 'vitest';
import { aManifest } from '../../../../test/build.ts';
import { type FakeAzureDevOps, fakeAzureDevOps } from '../../../../test/fakes/azure-devops.ts';
import { editProject } from '../proposal/edit-project.ts';
import { findPlace, propose } from '../proposal/propose.ts';
import { renderProject } from '../render-project.ts';
import { describeRuns } from './describe-runs.ts';

const VERSION = '1.2.3';
const RETRAIN = 'pipelines/ci-train/retrain.yml';
const MAIN = '0123456789abcdef0123456789abcdef01234567';
const weekly = [{ cron: '0 6 * * 1', timeZone: 'America/Toronto' }];
const daily = [{ cron: '30 5 * * *', timeZone: 'UTC' }];
const context = { translate: createTranslate('en'), version: VERSION, env: { PATH: process.env.PATH ?? '' } };
const spec = (title: string) => ({ title, description: 'Why.' });

const renderTexts = async (schedules: typeof weekly) => {
  const files = await renderProject(aManifest({ retraining: { schedules } }), VERSION);
  return new Map([...files].map(([path, { contents }]) => [path, contents]));
};

describe('the files', () => {
  const edit = (files: ReadonlyMap<string, string>, schedules = daily, version = VERSION) =>
    editProject(
      { ...context, version },
      async (path) => files.get(path),
      (text) => editSchedules(text, schedules),
    );

  it('are those that a project with this schedule would have been given', async () => {
    const edited = await edit(await renderTexts(weekly));
    expect([...edited.files.keys()].sort()).toEqual(['.mlops/base.jsonl', 'mlops.lock', 'mlops.yaml', RETRAIN]);
    const fresh = await renderTexts(daily);
    for (const [path, text] of edited.files) expect({ path, text }).toEqual({ path, text: fresh.get(path) });
    expect(edited.files.get(RETRAIN)).toContain('30 5 * * *');
  });

  it('none where nothing differs', async () => {
    expect((await edit(await renderTexts(weekly), weekly)).files.size).toBe(0);
  });

  it('keep what the team wrote elsewhere', async () => {
    const files = await renderTexts(weekly);
    files.set('mlops.yaml', `${files.get('mlops.yaml')}# ours\n`).set('README.md', '# Ours\n');
    const edited = await edit(files);
    expect(edited.files.get('mlops.yaml')).toContain('# ours');
    expect(edited.files.has('README.md')).toBe(false);
    const after = new Map([...files, ...edited.files]);
    const lock = parseLock(after.get('mlops.lock') ?? '');
    const states = await toFileStates(lock, (path) => after.get(path));
    expect([...states.values()].every((state) => state === 'pristine')).toBe(true);
  });

  it('keep what the team wrote into the pipeline', async () => {
    const files = await renderTexts(weekly);
    files.set(RETRAIN, `${files.get(RETRAIN)}# ours\n`);
    const edited = await edit(files);
    const fresh = await renderTexts(daily);
    expect(edited.files.get(RETRAIN)).toBe(`${fresh.get(RETRAIN)}# ours\n`);
    for (const path of ['mlops.lock', '.mlops/base.jsonl']) expect(edited.files.get(path)).toBe(fresh.get(path));
  });

  it('are refused where the team edited the schedule itself or removed the pipeline', async () => {
    const files = await renderTexts(weekly);
    files.set(RETRAIN, files.get(RETRAIN)?.replace("cron: '0 11", "cron: '0 12") ?? '');
    await expect(edit(files)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(RETRAIN) });
    files.delete(RETRAIN);
    await expect(edit(files)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are refused where another version wrote them otherwise', async () => {
    const manifest = aManifest({ retraining: { schedules: weekly } });
    const rendered = new Map(await renderProject(manifest, VERSION));
    const retrain = rendered.get(RETRAIN);
    for (const path of ['mlops.lock', '.mlops/base.jsonl']) rendered.delete(path);
    rendered.set(RETRAIN, { ...retrain!, contents: `# as it used to be\n${retrain!.contents}` });
    const old = await withLock(rendered, '0.9.0');
    const texts = new Map([...old].map(([path, { contents }]) => [path, contents]));
    await expect(edit(texts)).rejects.toMatchObject({
      code: 'conflict',
      hint: { en: 'Use that version: npx create-mlops-model@0.9.0 …' },
    });
  });

  it('are refused where the base cannot be read', async () => {
    const files = await renderTexts(weekly);
    files.set('.mlops/base.jsonl', `<<<<<<< HEAD\n${files.get('.mlops/base.jsonl')}`);
    await expect(edit(files)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('the pull request', () => {
  const start = async () => {
    const devops = fakeAzureDevOps();
    const { id, cloneUrl } = await devops.repositories.create('model');
    devops.state.mains.set(cloneUrl, { commit: MAIN, files: await renderTexts(weekly) });
    return { devops, id, cloneUrl };
  };
  const set = async (devops: FakeAzureDevOps, id: string, schedules: typeof weekly, title: string) => {
    const place = await findPlace(devops, id, MAIN, 'schedule');
    const from = place.isNew ? 'main' : place.branch;
    const edit = await editProject(
      context,
      (path) => devops.repositories.findText(id, path, from),
      (text) => editSchedules(text, schedules),
    );
    return { place, proposal: await propose(devops, place, edit, spec(title)) };
  };
  const schedulesOn = async (devops: FakeAzureDevOps, id: string, branch: string) =>
    parseManifest((await devops.repositories.findText(id, 'mlops.yaml', branch)) ?? '', branch).retraining.schedules;

  it('is opened once, kept by the same command and updated by another one; main stays', async () => {
    const { devops, id, cloneUrl } = await start();
    const main = devops.state.mains.get(cloneUrl);
    const opened = await set(devops, id, daily, 'daily');
    expect(opened.place.branch).toBe('mlops/schedule-0123456789ab');
    expect(opened.proposal).toMatchObject({ action: 'opened', commit: expect.any(String) });
    expect((await set(devops, id, daily, 'daily')).proposal).toEqual({
      action: 'kept',
      pullRequest: expect.objectContaining({ title: 'daily' }),
    });
    const other = [{ cron: '0 12 * * 5', timeZone: 'UTC' }];
    expect((await set(devops, id, other, 'Fridays')).proposal).toMatchObject({ action: 'updated' });
    expect(await schedulesOn(devops, id, opened.place.branch)).toEqual(other);
    expect(devops.state.pullRequests).toMatchObject([{ title: 'Fridays' }]);
    expect(devops.state.mains.get(cloneUrl)).toBe(main);
  });

  it.each(['branch', 'commit'] as const)('is opened by the next run when one died after its %s', async (last) => {
    const { devops, id } = await start();
    const place = await findPlace(devops, id, MAIN, 'schedule');
    await devops.branches.create(id, place.branch, place.tip);
    if (last === 'commit') {
      const edit = await editProject(
        context,
        (path) => devops.repositories.findText(id, path, 'main'),
        (text) => editSchedules(text, daily),
      );
      const commit = { branch: place.branch, parent: MAIN, message: 'mlops schedule: daily', files: edit.files };
      await devops.branches.commit(id, commit);
    }
    const { proposal } = await set(devops, id, daily, 'daily');
    expect(proposal.action).toBe('opened');
    expect('commit' in proposal).toBe(last === 'branch');
    expect(await schedulesOn(devops, id, place.branch)).toEqual(daily);
  });

  it('leaves a branch alone that holds a person’s commit', async () => {
    const { devops, id } = await start();
    const { place } = await set(devops, id, daily, 'daily');
    const tip = (await devops.repositories.findTip(id, place.branch)) ?? '';
    const files = new Map([['README.md', 'theirs']]);
    await devops.branches.commit(id, { branch: place.branch, parent: tip, message: 'Mine', files });
    await expect(set(devops, id, weekly, 'weekly')).rejects.toMatchObject({ code: 'conflict' });
    expect(await devops.repositories.findText(id, 'README.md', place.branch)).toBe('theirs');
  });
});

describe('the next runs', () => {
  const describeFrom = (schedules: typeof weekly, from: string, lang: 'en' | 'fr' = 'en') =>
    describeRuns(aManifest({ retraining: { schedules } }), new Date(from), createTranslate(lang));

  it('are five on both clocks, and two around the change of the clock', () => {
    const lines = describeFrom(weekly, '2026-11-22T12:00Z');
    expect(lines.filter((line) => line.endsWith(' UTC)'))).toHaveLength(7);
    const around = lines.slice(lines.indexOf('Around the next change of the clock in America/Toronto:') + 1);
    expect(around[0]).toMatch(/06:00 America\/Toronto \(2027-03-08 11:00 UTC\)/);
    expect(around[1]).toMatch(/07:00 America\/Toronto \(2027-03-15 11:00 UTC\)/);
  });

  it('say nothing of a clock that does not change', () => {
    expect(describeFrom(daily, '2026-11-22T12:00Z', 'fr').join()).not.toContain('changement d’heure');
    expect(describeFrom([], '2026-11-22T12:00Z')).toEqual([]);
  });
});
