import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Files,
  type MergeInput,
  type MergePlan,
  type MergeTools,
  planMerge,
  toLfText,
} from '../../packages/core/src/index.ts';
import { diff3Tools } from './diff3-engine.ts';
import { applyPlan, countLines, type Story, stories, type Tree, toInput, toNextInput, toTree } from './trees.ts';

/** How many stories each property is tried on; more with `UPDATE_RUNS`, another series with `UPDATE_SEED`. */
const RUNS = Number(process.env.UPDATE_RUNS ?? 1000);
const SEED = Number(process.env.UPDATE_SEED ?? 20_261_122);
const series = { numRuns: RUNS, seed: SEED };

const tools = diff3Tools();
const options = { generator: '2.0.0', style: 'marks' } as const;
const merge = (input: MergeInput, engine: MergeTools = tools) => planMerge(input, engine, options);

const isClean = (plan: MergePlan) => plan.results.every(({ action }) => action !== 'conflict');
const toPlain = (tree: Tree) => Object.fromEntries([...tree].sort(([a], [b]) => (a < b ? -1 : 1)));

/** P4: lines that came from the team stand in the project or in a conflict's marks. */
async function keepsTheTeamsLines(
  { v1, v2, mine }: Story,
  engine = tools,
  style: 'marks' | 'ours' = 'marks',
  spoil = (plan: MergePlan) => plan,
) {
  const plan = spoil(await planMerge(await toInput(v1, mine, v2), engine, { ...options, style }));
  const [before, team, after] = [toTree(v1), mine, applyPlan(plan, mine)].map(countLines);
  for (const [line, count] of team!) {
    const added = count - (before!.get(line) ?? 0);
    // Whether a text ends in a line break is no line.
    if (line !== '' && added > (after!.get(line) ?? 0)) return false;
  }
  return true;
}

describe('whatever people do to a project', () => {
  test('P1 the same rendering again changes nothing', async () => {
    await expect(
      fc.assert(
        fc.asyncProperty(stories, async ({ v1 }) => {
          const plan = await merge(await toInput(v1, toTree(v1), v1));
          expect(plan.isChanged).toBe(false);
          expect(plan.results.map(({ action }) => action)).toEqual(plan.results.map(() => 'same'));
        }),
        series,
      ),
    ).resolves.toBeUndefined();
  });

  test('P2 who edited nothing gets exactly the new rendering', async () => {
    await expect(
      fc.assert(
        fc.asyncProperty(stories, async ({ v1, v2 }) => {
          const plan = await merge(await toInput(v1, toTree(v1), v2));
          expect(toPlain(applyPlan(plan, toTree(v1)))).toEqual(toPlain(toTree(v2)));
        }),
        series,
      ),
    ).resolves.toBeUndefined();
  });

  test('P3 with nothing new, no byte of the team’s changes', async () => {
    await expect(
      fc.assert(
        fc.asyncProperty(stories, async ({ v1, mine }) => {
          expect((await merge(await toInput(v1, mine, v1))).writes).toEqual(new Map());
        }),
        series,
      ),
    ).resolves.toBeUndefined();
  });

  test.each(['marks', 'ours'] as const)('P4 no line of the team’s is lost (%s)', async (style) => {
    await expect(
      fc.assert(
        fc.asyncProperty(stories, (story) => keepsTheTeamsLines(story, tools, style)),
        series,
      ),
    ).resolves.toBeUndefined();
  });

  test('P5 what the team removed stays removed: files, and lines that the templates left alone', async () => {
    await expect(
      fc.assert(
        fc.asyncProperty(stories, async ({ v1, v2, mine }) => {
          const plan = await merge(await toInput(v1, mine, v2));
          const after = applyPlan(plan, mine);
          for (const path of v1.keys()) if (!mine.has(path)) expect(after.has(path), path).toBe(false);
          if (!isClean(plan)) return;
          const [before, team, now] = [toTree(v1), mine, after].map(countLines);
          for (const line of before!.keys())
            if (line !== '' && !team!.has(line)) expect(now!.has(line), line).toBe(false);
        }),
        series,
      ),
    ).resolves.toBeUndefined();
  });

  test('P6 updating twice is updating once', async () => {
    await expect(
      fc.assert(
        fc.asyncProperty(stories, fc.constantFrom('marks' as const, 'ours' as const), async (story, style) => {
          const once = await planMerge(await toInput(story.v1, story.mine, story.v2), tools, { ...options, style });
          const twice = await planMerge(toNextInput(once, story.mine, story.v2), tools, { ...options, style });
          expect(twice.writes).toEqual(new Map());
          expect(twice.isChanged).toBe(false);
        }),
        series,
      ),
    ).resolves.toBeUndefined();
  });

  test('P7 step by step and in one jump come to the same, where all is clean', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(stories, async ({ v1, v2, v3, mine }) => {
        const direct = await merge(await toInput(v1, mine, v3));
        const first = await merge(await toInput(v1, mine, v2));
        const second = await merge(toNextInput(first, mine, v3));
        if (![direct, first, second].every(isClean)) return;
        compared++;
        expect(toPlain(applyPlan(second, applyPlan(first, mine)))).toEqual(toPlain(applyPlan(direct, mine)));
      }),
      series,
    );
    expect(compared).toBeGreaterThan(RUNS / 20);
  });

  test('P11 line ends, byte order mark and executable bit stay the team’s', async () => {
    await expect(
      fc.assert(
        fc.asyncProperty(stories, async ({ v1, v2, mine }) => {
          const plan = await merge(await toInput(v1, mine, v2));
          for (const [path, file] of plan.writes) {
            const old = mine.get(plan.results.find((each) => each.path === path)?.from ?? path);
            if (file === undefined || old?.kind !== 'text') continue;
            expect(file.contents.startsWith('\uFEFF')).toBe(old.contents.startsWith('\uFEFF'));
            if (/^([^\n]*\r\n)+[^\n]*$/.test(old.contents)) expect(file.contents).not.toMatch(/(^|[^\r])\n/);
            if (!old.contents.includes('\r') && !toText(v2, path).includes('\r'))
              expect(file.contents).not.toContain('\r');
            if (old.executable !== (v1.get(path)?.executable ?? false)) expect(file.executable).toBe(old.executable);
          }
        }),
        series,
      ),
    ).resolves.toBeUndefined();
  });
});

function toText(files: Files, path: string): string {
  return toLfText(files.get(path)?.contents ?? '');
}

describe('these properties find what they are there for', () => {
  test('a tool that removes what the templates removed, edited or not', async () => {
    const removing = (plan: MergePlan): MergePlan => {
      const gone = plan.results.filter(({ reason }) => reason === 'template-removed');
      return { ...plan, writes: new Map([...plan.writes, ...gone.map(({ path }) => [path, undefined] as const)]) };
    };
    const found = await fc.check(
      fc.asyncProperty(stories, (story) => keepsTheTeamsLines(story, tools, 'marks', removing)),
      series,
    );
    expect(found.failed).toBe(true);
  });

  test('an engine that takes words for lines', async () => {
    const found = await fc.check(
      fc.asyncProperty(stories, (story) => keepsTheTeamsLines(story, diff3Tools(/\s+/))),
      series,
    );
    expect(found.failed).toBe(true);
  });
});
