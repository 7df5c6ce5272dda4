import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MemberWorld, playMemberSession, startMemberWorld } from '../e2e/member-world.ts';
import { requireTool } from '../require-tool.ts';

requireTool('python3')('a new member, with all that main demands', () => {
  let world: MemberWorld;
  beforeAll(async () => {
    world = await startMemberWorld('first-frost');
  }, 300_000);
  // Pipelines that are still at work are ended first.
  afterAll(() => world?.sandbox.stop(), 300_000);

  test.each(['en', 'fr'] as const)(
    'from the URL to a merged pull request, in %s',
    { timeout: 1_800_000 },
    async (lang) => {
      await playMemberSession(world, lang, async (id) => {
        for (;;) {
          const path = `mlops/_apis/build/builds?branchName=refs/pull/${id}/merge`;
          const runs = (await world.sandbox.devOps('GET', path)).value as readonly Record<string, unknown>[];
          if (runs.length === 2 && runs.every(({ status }) => status === 'completed')) {
            expect(runs.map(({ result }) => result)).toEqual(['succeeded', 'succeeded']);
            return;
          }
          await delay(1000);
        }
      });
    },
  );
});
