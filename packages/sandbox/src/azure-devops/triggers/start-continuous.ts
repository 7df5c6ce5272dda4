import { runGit, tryGit } from '../git.ts';
import type { Scene } from '../pull-request-policies.ts';
import { queueRun } from '../runs/queue-run.ts';
import type { Definition, Repository } from '../state.ts';
import { toGitFolder } from '../world.ts';
import { findCiTrigger } from './find-ci-trigger.ts';
import { fitsPath, fitsRef } from './name-filter.ts';
import { findSource, isEnabled } from './read-entry.ts';
import { type Push, SERVICE_ID, triggersOf } from './triggers.ts';

/** Starts what a push is to start. */
export async function startContinuous(scene: Scene, push: Push): Promise<void> {
  const repository = scene.organization.repositories.find(({ id }) => id === push.repositoryId);
  if (!repository || repository.isDisabled || push.newId === '') return;
  const folder = toGitFolder(scene.world, repository);
  // A second push may have taken the commit away again.
  if ((await tryGit(folder, ['cat-file', '-e', `${push.newId}^{commit}`])).code !== 0) return;
  const definitions = scene.organization.definitions.filter(
    (definition) => isEnabled(definition) && findSource(scene, definition) === repository,
  );
  if (definitions.length === 0 || (await skipsCi(folder, push.newId))) return;
  const files = await listPushed(folder, push);
  for (const definition of definitions) await startOne(scene, { repository, definition, push, files });
}

interface Candidate {
  readonly repository: Repository;
  readonly definition: Definition;
  readonly push: Push;
  readonly files: readonly string[];
}

async function startOne(scene: Scene, { repository, definition, push, files }: Candidate): Promise<void> {
  const trigger = await findCiTrigger(scene.world, repository, definition, push, files);
  if (!trigger || !fitsRef(trigger.refs, push.ref)) return;
  const isEverything = trigger.paths.include.length === 0 && trigger.paths.exclude.length === 0;
  if (!isEverything && !files.some((file) => fitsPath(trigger.paths, file))) return;
  if (trigger.isBatch && isBusy(scene, definition, push.ref)) addToBatch(scene, definition, push);
  else await queue(scene, definition, push, trigger.isBatch);
}

const SKIPS = [
  /\[(skip ci|ci skip)\]/i,
  /skip-checks:\s*true/i,
  /\[(skip (azurepipelines|azpipelines|azp)|(azurepipelines|azpipelines|azp) skip)\]/i,
  /\*\*\*NO_CI\*\*\*/i,
];

/** Only the newest commit of a push is asked. */
async function skipsCi(folder: string, commitId: string): Promise<boolean> {
  const message = await runGit(folder, ['log', '-1', '--format=%B', commitId]);
  return SKIPS.some((pattern) => pattern.test(message));
}

/** Files that a push changed; of a new branch those of its commits that no other branch has. */
async function listPushed(folder: string, { ref, oldId, newId }: Push): Promise<readonly string[]> {
  const isKnown = oldId !== '' && (await tryGit(folder, ['cat-file', '-e', oldId])).code === 0;
  const args = isKnown
    ? ['diff', '--name-only', '--no-renames', '-z', oldId, newId]
    : ['log', '--name-only', '--no-renames', '-z', '--format=', '-m', newId, '--not', ...toOthers(ref)];
  const text = await runGit(folder, args);
  return [...new Set(text.split(/[\0\n]/).filter((name) => name !== ''))];
}

function toOthers(ref: string): readonly string[] {
  return [`--exclude=${ref.replace('refs/heads/', '')}`, '--branches'];
}

function isBusy({ organization }: Scene, { id }: Definition, ref: string): boolean {
  return organization.builds.some(
    ({ definitionId, branch, status, reason }) =>
      definitionId === id && branch === ref && status !== 'completed' && /CI$/.test(reason),
  );
}

function addToBatch({ organization }: Scene, { id }: Definition, { ref, by }: Push): void {
  const { batches } = triggersOf(organization);
  const batch = batches.find(({ definitionId, ref: other }) => definitionId === id && other === ref);
  if (batch) batch.by = by;
  else batches.push({ definitionId: id, ref, by });
}

/** A run ended: pushes that waited for it are built by one run, at the newest of their commits. */
export async function startBatches(scene: Scene): Promise<void> {
  const triggers = triggersOf(scene.organization);
  for (const batch of [...triggers.batches]) {
    const definition = scene.organization.definitions.find(({ id }) => id === batch.definitionId);
    if (definition && isBusy(scene, definition, batch.ref)) continue;
    triggers.batches = triggers.batches.filter((other) => other !== batch);
    const repository = definition && findSource(scene, definition);
    const newId = repository && triggers.heads[repository.id]?.[batch.ref];
    if (!definition || !newId || !isEnabled(definition)) continue;
    await queue(
      scene,
      definition,
      { repositoryId: repository.id, ref: batch.ref, oldId: '', newId, by: batch.by },
      true,
    );
  }
}

async function queue(scene: Scene, definition: Definition, push: Push, isBatch: boolean): Promise<void> {
  const { ref, newId, by, repositoryId } = push;
  const repository = scene.organization.repositories.find(({ id }) => id === repositoryId);
  const folder = repository && toGitFolder(scene.world, repository);
  const message = folder ? await runGit(folder, ['log', '-1', '--format=%s', newId]) : '';
  await queueRun(scene.world, {
    organization: scene.organization,
    definition,
    reason: isBatch ? 'batchedCI' : 'individualCI',
    branch: ref,
    commitId: newId,
    requestedBy: SERVICE_ID,
    requestedFor: by,
    parameters: {},
    variables: {},
    triggerInfo: {
      'ci.sourceBranch': ref,
      'ci.sourceSha': newId,
      'ci.message': message,
      'ci.triggerRepository': repositoryId,
    },
    predefined: {},
    pipelineRuns: {},
  });
}
