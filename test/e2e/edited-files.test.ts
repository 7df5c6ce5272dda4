import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts';

let sandbox: OwnSandbox;
let project: string;
beforeAll(async () => {
  sandbox = await startOwnSandbox();
  const work = join(sandbox.root, 'work');
  project = join(work, 'team-model');
  const created = await sandbox.run(['create', 'team-model', '--yes', '--target', 'sandbox'], work, 'you');
  expect(created.exitCode).toBe(0);
});
afterAll(() => sandbox?.stop());

const DOCKERFILE = 'pipelines/deploy/Dockerfile';
const DELETED = 'pipelines/deploy/rollout.py';
const RENAMED = 'pipelines/ci-train/templates/ci.yml';

test('managed files that the team edited, deleted or renamed are shown and left; nothing counts as a difference', async () => {
  const at = (path: string) => join(project, path);
  appendFileSync(at(DOCKERFILE), '# ours\n');
  rmSync(at(DELETED));
  renameSync(at(RENAMED), at('pipelines/ci-train/templates/our-ci.yml'));
  // The team's own from the start, and a file whose line ends an editor changed: neither is worth a word.
  appendFileSync(at('README.md'), 'More.\n');
  const entry = at('pipelines/ci-train/ci.yml');
  writeFileSync(entry, readFileSync(entry, 'utf8').replaceAll('\n', '\r\n'));
  const before = (await sandbox.git(project, ['status', '--porcelain'])).stdout;

  const planned = await sandbox.run(['plan', '--check', '--json'], project, 'you');
  expect(planned.exitCode).toBe(0);
  const { edited, counts } = JSON.parse(planned.stdout);
  expect(edited).toEqual({ [DOCKERFILE]: 'edited', [DELETED]: 'deleted', [RENAMED]: 'deleted' });
  expect(counts).toMatchObject({ create: 0, change: 0, blocked: 0 });
  expect(planned.stderr).toContain(`${DOCKERFILE}: edited by the team, left alone`);
  expect(planned.stderr).toContain(`${DELETED}: deleted by the team, left alone`);
  expect(planned.stderr).toContain('No differences.');

  const applied = await sandbox.run(['apply', '--yes'], project, 'you');
  expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
  expect((await sandbox.git(project, ['status', '--porcelain'])).stdout).toBe(before);
});

test('the manifest on main decides; --from worktree looks ahead and cannot be applied', async () => {
  const manifest = join(project, 'mlops.yaml');
  const text = readFileSync(manifest, 'utf8');
  expect(text).toContain('reviewers: 1');
  writeFileSync(manifest, text.replace('reviewers: 1', 'reviewers: 3'));
  expect(await sandbox.run(['plan', '--check'], project, 'you')).toMatchObject({ exitCode: 0 });

  const ahead = await sandbox.run(['plan', '--check', '--from', 'worktree', '--json'], project, 'you');
  expect(ahead.exitCode).toBe(5);
  const changed = JSON.parse(ahead.stdout).steps.filter(({ action }: { action: string }) => action !== 'none');
  expect(changed).toEqual([
    expect.objectContaining({ action: 'update', address: 'branch-policy:team-model/reviewers' }),
  ]);
  expect(ahead.stderr).toContain('1 difference between mlops.yaml and what exists.');

  const applied = await sandbox.run(['apply', '--yes'], project, 'you');
  expect(applied.stdout).toContain('Nothing to do');
  expect((await sandbox.run(['apply', '--yes', '--from', 'worktree'], project, 'you')).exitCode).toBe(2);

  writeFileSync(manifest, `${text}colour: blue\n`);
  const broken = await sandbox.run(['plan', '--from', 'worktree'], project, 'you');
  expect(broken.exitCode).toBe(2);
  expect(broken.stderr).toMatch(/mlops\.yaml:\d+:1 there is no field "colour" here/);
  writeFileSync(manifest, text);
});

test('what somebody changed on the server is a difference, and apply puts it back', async () => {
  const { value } = await sandbox.devOps('GET', 'mlops/_apis/policy/configurations');
  const reviewers = value.find((policy: { type: { displayName: string } }) =>
    /reviewers/.test(policy.type.displayName),
  );
  await sandbox.devOps('PUT', `mlops/_apis/policy/configurations/${reviewers.id}`, {
    ...reviewers,
    settings: { ...reviewers.settings, minimumApproverCount: 5 },
  });
  const planned = await sandbox.run(['plan', '--check'], project, 'you');
  expect(planned.exitCode).toBe(5);
  expect(planned.stdout).toContain('~ change  branch-policy:team-model/reviewers');
  expect(planned.stdout).toMatch(/5 → 1/);
  const applied = await sandbox.run(['apply', '--yes'], project, 'you');
  expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
  expect(applied.stdout).toContain('Created: 0 · changed: 1 · ');
  expect(await sandbox.run(['plan', '--check'], project, 'you')).toMatchObject({ exitCode: 0 });
  // Without agreement nothing is written.
  await sandbox.devOps('DELETE', `mlops/_apis/policy/configurations/${reviewers.id}`);
  const unasked = await sandbox.run(['apply'], project, 'you');
  expect(unasked.exitCode).toBe(2);
  expect(unasked.stderr).toContain('--yes');
  expect(await sandbox.run(['plan', '--check'], project, 'you')).toMatchObject({ exitCode: 5 });
});
