import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTranslate,
  type Files,
  findTextProblems,
  type MergeInput,
  parseLock,
  planMerge,
  readBase,
} from '../../packages/core/src/index.ts';
import { renderProject } from '../../packages/create-mlops-model/src/render-project.ts';
import { makeGitMerge } from '../../packages/create-mlops-model/src/services/git-merge.ts';
import { sha256 } from '../../packages/create-mlops-model/src/services/sha256.ts';
import { checkPrograms } from '../../packages/create-mlops-model/src/update/check-programs.ts';
import { describeForReview } from '../../packages/create-mlops-model/src/update/describe-update.ts';
import { aManifest } from '../build.ts';
import { findSchemaErrors } from '../render/azure-pipelines.ts';
import { applyEdit, type Edit, edits, toLater } from './edits.ts';
import { listPackedManifests, listVersions, readPacked } from './packed-projects.ts';
import { applyPlan, type Tree, toNextInput, toTree } from './trees.ts';

const NAME = 'cpu-single-node';
const KEPT = ['mlops.yaml', 'mlops.lock', '.mlops/base.jsonl'];
const environment = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'update-edits-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tools = {
  hash: sha256,
  mergeTexts: makeGitMerge(environment),
  check: (files: ReadonlyMap<string, string>) => checkPrograms(files, environment, folder),
};
const options = { generator: '9.9.9', style: 'marks' } as const;
const merge = (input: MergeInput) => planMerge(input, tools, options);

const withoutKept = (files: Files): Files => new Map([...files].filter(([path]) => !KEPT.includes(path)));
const renderNow = async (manifest = aManifest()) => withoutKept(await renderProject(manifest, '9.9.9'));

/** A project as a packed version wrote it, with a team's work in it. */
async function openPacked(
  version: string,
  name: string,
  change: (tree: Tree) => Tree,
  theirs: Files,
): Promise<MergeInput> {
  const packed = readPacked(version, name);
  const lock = parseLock(packed.get('mlops.lock')?.contents ?? '');
  const base = await readBase(packed.get('.mlops/base.jsonl')?.contents ?? '', lock, sha256);
  return { lock, base, mine: change(toTree(withoutKept(packed))), theirs };
}

/** Some edits are of a text that another one has changed already. */
function tryEdit(tree: Tree, edit: Edit): Tree {
  try {
    return applyEdit(tree, edit);
  } catch {
    return tree;
  }
}

const textAt = (tree: Tree, path: string) => {
  const file = tree.get(path);
  return file?.kind === 'text' ? file.contents : undefined;
};

describe.each(listVersions())('a project of templates %s', (version) => {
  it.each(listPackedManifests())('that nobody edited is exactly today’s afterwards (%s)', async (name, manifest) => {
    const theirs = await renderNow(manifest);
    const input = await openPacked(version, name, (tree) => tree, theirs);
    const after = applyPlan(await merge(input), input.mine);
    const seeds = [...theirs].filter(([, { ownership }]) => ownership === 'seed').map(([path]) => path);
    const ours = [...theirs.keys()].filter((path) => !seeds.includes(path));
    for (const path of ours) expect(textAt(after, path), path).toBe(theirs.get(path)?.contents);
    for (const path of [...after.keys()].filter((each) => !input.mine.has(each))) expect(ours).toContain(path);
  });

  describe.each(edits)('$name', (edit: Edit) => {
    const open = async (theirs: Files) => openPacked(version, NAME, (tree) => applyEdit(tree, edit), theirs);

    it(`is ${edit.expected}`, async () => {
      const input = await open(toLater(await renderNow()));
      const plan = await merge(input);
      const after = applyPlan(plan, input.mine);
      const packed = readPacked(version, NAME);
      const at = [...input.mine.keys()].find((path) => !packed.has(path)) ?? edit.path;
      const result = plan.results.find(({ path }) => path === at);
      expect(result?.reason ?? result?.action).toBe(edit.expected);
      const lines = (textAt(after, at) ?? '').split(/\r?\n/);
      for (const line of edit.keeps ?? []) expect(lines).toContain(line);
      if (edit.expected === 'stay-deleted') expect(after.has(edit.path)).toBe(false);
      // What the templates did elsewhere arrives in any case.
      expect(after.has('pipelines/deploy/added.py')).toBe(true);
      expect(after.has('pipelines/tests/fake_programs.py')).toBe(false);
      if (result?.action !== 'conflict' && /^pipelines\/(ci-train|deploy)\/[^/]+\.yml$/.test(at))
        expect(findSchemaErrors(textAt(after, at) ?? '')).toEqual([]);
      const from = parseLock(packed.get('mlops.lock')?.contents ?? '').generator;
      const text = describeForReview({ merge: plan, manifest: aManifest(), from, to: '9.9.9' }, createTranslate('en'));
      const section = text.split(/^### /m).find((part) => part.includes(`\`${at}\``)) ?? '';
      const title = {
        merge: 'Merged',
        keep: 'Kept',
        take: 'Replaced',
        'stay-deleted': 'Changed in the templates, and left out',
      };
      expect(section).toMatch(new RegExp(`^${title[edit.expected as keyof typeof title] ?? 'Conflicts'}`));
      expect(text.length).toBeLessThanOrEqual(4000);
    });

    it('comes to the same step by step and in one jump', async () => {
      const now = await renderNow();
      const jump = await open(toLater(now));
      const direct = applyPlan(await merge(jump), jump.mine);
      const first = await open(now);
      const step = await merge(first);
      const second = toNextInput(step, first.mine, toLater(now));
      const stepped = applyPlan(await merge(second), second.mine);
      expect(Object.fromEntries(stepped)).toEqual(Object.fromEntries(direct));
    });
  });

  it('P12 any number of edits together leave pipelines that Azure takes, or conflicts', {
    timeout: 120_000,
  }, async () => {
    const theirs = toLater(await renderNow());
    const pristine = await openPacked(version, NAME, (tree) => tree, theirs);
    const runs = Number(process.env.UPDATE_GIT_RUNS ?? 150);
    const subsets = fc.sample(fc.shuffledSubarray([...edits], { minLength: 2 }), { numRuns: runs, seed: 20_261_122 });
    let merged = 0;
    for (const subset of subsets) {
      const mine = subset.reduce(tryEdit, pristine.mine);
      const { check: _, ...quick } = tools;
      const plan = await planMerge({ ...pristine, mine }, quick, options);
      const after = applyPlan(plan, mine);
      for (const { path, action } of plan.results) {
        if (action !== 'merge') continue;
        merged++;
        const text = textAt(after, path) ?? '';
        expect(
          findTextProblems(path, text, (each) => after.has(each)),
          path,
        ).toEqual([]);
        if (/^pipelines\/(ci-train|deploy)\/[^/]+\.yml$/.test(path)) expect(findSchemaErrors(text)).toEqual([]);
      }
    }
    expect(merged).toBeGreaterThan(runs);
  });

  it('takes newer templates and other answers in one update', async () => {
    const other = aManifest({
      python: '3.13',
      devops: { pool: 'canada-linux' },
      retraining: { schedules: [{ cron: '30 5 * * *', timeZone: 'UTC' }] },
      api: { exposure: 'gateway' },
    });
    const theirs = toLater(await renderNow(other));
    const step = edits[0]!;
    const input = await openPacked(version, NAME, (tree) => applyEdit(tree, step), theirs);
    const plan = await merge(input);
    const after = applyPlan(plan, input.mine);
    expect(plan.results.filter(({ action }) => action === 'conflict')).toEqual([]);
    for (const [path, { contents, ownership }] of theirs) {
      if (ownership !== 'seed' && path !== step.path) expect(textAt(after, path), path).toBe(contents);
    }
    for (const line of step.keeps ?? []) expect(textAt(after, step.path)).toContain(line);
  });
});
