import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../../test-sandbox.ts';
import { endedRunsOf, makeRepository, runsOf, STEPS, settle } from './test-repository.ts';

/** A pipeline that runs each day at `hour` UTC. */
function daily(hour: number, rest = 'always: true'): string {
  const branches = 'branches: { include: [ main ] }';
  return `trigger: none\nschedules: [ { cron: '0 ${hour} * * *', displayName: Daily, ${branches}, ${rest} } ]\n${STEPS}`;
}

describe('a schedule', () => {
  let box: TestSandbox;
  beforeAll(async () => {
    box = await startTestSandbox();
  });
  afterAll(() => box?.stop());

  const now = async () => new Date((await box.control('GET', 'clock')).body.now);
  /** Sets the clock to five minutes past an hour of the next day. @returns what was started in between */
  async function passDay(): Promise<readonly { readonly definition: string; readonly due: string }[]> {
    const next = new Date((await now()).getTime() + 86_400_000);
    return (await box.control('PUT', 'clock', { now: next.toISOString() })).body.started;
  }

  async function make(name: string, yaml: string, settings?: object) {
    const repository = await makeRepository(box, name, { 'nightly.yml': yaml });
    const id = await repository.pipeline(name, 'nightly.yml', settings);
    await settle(box);
    const listDue = async () => (await passDay()).filter(({ definition }) => definition === name);
    return { repository, id, listDue };
  }

  test('starts its branch at its time, which the run shows', async () => {
    const { id, repository, listDue } = await make('daily', daily(6));
    const commit = await repository.push('main', { a: '1' });
    const [due, ...more] = await listDue();
    expect([due?.due.slice(11), more]).toEqual(['06:00:00.000Z', []]);
    const [run, ...others] = await endedRunsOf(box, id);
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      reason: 'schedule',
      result: 'succeeded',
      sourceBranch: 'refs/heads/main',
      sourceVersion: commit,
      requestedFor: { displayName: 'Microsoft.VisualStudio.Services.TFS' },
      triggerInfo: { scheduleName: 'Daily' },
    });
    expect(run.queueTime.slice(0, 16)).toBe(due?.due.slice(0, 16));
    expect((await box.control('PUT', 'clock', { advance: 0 })).body.started).toEqual([]);
  });

  test('without `always` starts only what has changed since its last good run', async () => {
    const { id, repository, listDue } = await make('changes', daily(6, 'always: false'));
    expect(await listDue()).toHaveLength(1);
    await endedRunsOf(box, id);
    expect(await listDue()).toHaveLength(0);
    await repository.push('main', { a: '1' });
    expect(await listDue()).toHaveLength(1);
    await endedRunsOf(box, id);
    await repository.push('main', { 'nightly.yml': daily(6, 'always: false').replace('"true"', '"false"') });
    expect(await listDue()).toHaveLength(1);
    expect((await endedRunsOf(box, id)).at(-1).result).toBe('failed');
    expect(await listDue()).toHaveLength(1);
    await endedRunsOf(box, id);
  });

  test('is read in each branch, and its filter has to fit that branch', async () => {
    const { repository, id } = await make('branches', daily(6));
    await repository.push('topic', { a: '1' });
    await repository.push('release', { 'nightly.yml': daily(6).replace('[ main ]', '[ release ]') });
    await settle(box);
    await passDay();
    const branches = (await endedRunsOf(box, id)).map(({ sourceBranch }) => sourceBranch);
    expect(branches.sort()).toEqual(['refs/heads/main', 'refs/heads/release']);
  });

  test('that meets another at one moment starts one run', async () => {
    const two = daily(6).replace(
      ' ]\n',
      `, { cron: '0 6 * * *', displayName: Too, branches: { include: [ main ] } } ]\n`,
    );
    expect(await (await make('twice', two)).listDue()).toHaveLength(1);
  });

  test('of a definition puts those of the YAML out of force', async () => {
    const hours = { daysToBuild: 127, startHours: 7, startMinutes: 30, timeZoneId: 'UTC' };
    const schedules = [{ ...hours, branchFilters: ['+refs/heads/main'], scheduleOnlyWithChanges: false }];
    const { listDue } = await make('own-schedule', daily(6), { triggers: [{ triggerType: 'schedule', schedules }] });
    expect((await listDue()).map(({ due }) => due.slice(11, 16))).toEqual(['07:30']);
  });

  test('of a disabled definition starts nothing', async () => {
    expect(await (await make('off', daily(6), { queueStatus: 'disabled' })).listDue()).toEqual([]);
  });

  test('that was due often while the clock jumped starts the newest ten, in order', async () => {
    const { id } = await make('jump', daily(6).replace('0 6 * * *', '0 * * * *'));
    const before = (await box.control('PUT', 'clock', { advance: 86_400 })).body.started;
    const due = before.filter(({ definition }: { definition: string }) => definition === 'jump');
    const times = due.map((each: { due: string }) => each.due);
    expect(times).toHaveLength(10);
    expect(times).toEqual([...times].sort());
    expect(new Set(times).size).toBe(10);
    expect((await now()).getTime() - Date.parse(times.at(-1))).toBeLessThan(3_600_000 + 60_000);
    expect(await runsOf(box, id)).toHaveLength(10);
  });

  test('fires by itself when its minute comes', async () => {
    const { id } = await make('by-itself', daily(6).replace('0 6 * * *', '* * * * *'));
    const minute = 60_000;
    const next = Math.ceil((await now()).getTime() / minute + 1) * minute;
    await box.control('PUT', 'clock', { now: new Date(next - 500).toISOString() });
    const before = (await runsOf(box, id)).length;
    await expect.poll(async () => (await runsOf(box, id)).length, { timeout: 20_000 }).toBeGreaterThan(before);
  });

  test('is not hurried backwards', async () => {
    const before = await now();
    const answer = await box.control('PUT', 'clock', { now: '2020-01-01T00:00:00Z' });
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining('forward only')]);
    expect((await now()) >= before).toBe(true);
    for (const body of [{ advance: -1 }, { now: 'soon' }, { advance: 1, now: before.toISOString() }, { speed: 2 }, {}])
      expect((await box.control('PUT', 'clock', body)).status).toBe(400);
  });
});
