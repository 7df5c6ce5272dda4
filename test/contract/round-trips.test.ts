import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, changesOf, type Journal, plan } from '../../packages/core/src/index.ts';
import { declare } from '../../packages/create-mlops-model/src/declare.ts';
import type { HttpCounts } from '../../packages/create-mlops-model/src/services/http.ts';
import { checkSchedules } from '../../packages/create-mlops-model/src/verify-schedules.ts';
import { aProject, type SandboxProject, startProject } from './on-sandbox.ts';

const journal: Journal = { intend: () => undefined, settle: () => undefined };

/** Milliseconds added to each answer: enough that requests which could go at once do overlap. */
const LATENCY = 80;

/** What git itself sends for the first push: the list of references, then the objects. */
const PUSH = 2;

let place: SandboxProject;

beforeAll(async () => {
  place = await startProject();
  await place.control('PUT', '/settings', { latency: LATENCY });
});
afterAll(() => place.stop());

const since = (before: HttpCounts, after: HttpCounts) => after.sequential - before.sequential;

describe('requests one after another, with latency', () => {
  it('discovery ≤ 3, a full apply ≤ 12 with its plan and the look at the schedules, then a plan without changes ≤ 3', async () => {
    const project = aProject(place.target);
    const services = place.open({ folder: join(place.folder, '..', 'first') });
    await services.azureDevOps.getUser();
    const discovered = services.http.counts();
    expect(discovered.sequential).toBeLessThanOrEqual(3);

    const planned = await plan(declare(project, services));
    const schedules = checkSchedules(project, planned.graph, services.azureDevOps);
    const outcome = await apply(planned, { journal, checks: [schedules.check] });
    expect(outcome.results.every((result) => result.status === 'created' || result.status === 'unchanged')).toBe(true);
    // The entries of this project are bare: the server read them, and knows of no schedule.
    expect(await schedules.findings()).toEqual([{ kind: 'missing', cron: '0 11 * * 1' }]);
    expect(since(discovered, services.http.counts()) + PUSH).toBeLessThanOrEqual(12);

    const again = place.open({ folder: join(place.folder, '..', 'first') });
    await again.azureDevOps.getUser();
    const before = again.http.counts();
    const { files: _, ...existing } = project;
    expect(changesOf((await plan(declare(existing, again))).plan)).toEqual([]);
    expect(since(before, again.http.counts())).toBeLessThanOrEqual(3);
  });
});
