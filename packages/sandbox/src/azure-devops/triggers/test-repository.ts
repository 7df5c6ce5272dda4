import { setTimeout as sleep } from 'node:timers/promises';
import type { Answered, TestSandbox } from '../../test-sandbox.ts';

/** A run as lists show it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
type Shown = any;

/** A repository, and what tests of triggers do with it. */
export interface TestRepository {
  readonly id: string;
  /** Commits files on a branch, made from main if it is not there; `undefined` takes a file away. @returns the commit */
  push(branch: string, files: Readonly<Record<string, string | undefined>>, options?: PushOptions): Promise<string>;
  /** Makes a pipeline of a file. @returns its id */
  pipeline(name: string, file: string, settings?: object): Promise<number>;
  /** Opens a pull request into main. @returns its number */
  openPullRequest(branch: string, settings?: object): Promise<number>;
  changePullRequest(id: number, change: object): Promise<Answered>;
  /** Asks for completion as it is now, and waits for what comes of it. @returns the pull request */
  complete(id: number): Promise<Shown>;
  /** Demands a build of pull requests into main. */
  demandBuild(definitionId: number, settings?: object): Promise<number>;
  /** How a pull request stands with the policies that apply to it. */
  evaluations(id: number): Promise<readonly Shown[]>;
}

/** What a push may say besides. */
export interface PushOptions {
  readonly message?: string;
  readonly who?: string;
}

/** The continuous integration that leaves all to the YAML. */
export const BY_YAML = {
  triggers: [{ triggerType: 'continuousIntegration', settingsSourceType: 2, branchFilters: [], pathFilters: [] }],
};

/** A pipeline's only step. */
export const STEPS = 'steps: [ { bash: "true" } ]\n';

/** Makes a repository with files on main. */
export async function makeRepository(
  box: TestSandbox,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<TestRepository> {
  const { id } = (await box.ask('POST', 'ml/_apis/git/repositories', { name })).body;
  const git = `ml/_apis/git/repositories/${id}`;
  const repository: TestRepository = {
    id,
    async push(branch, changed, { message = 'change', who } = {}) {
      const refs: Shown[] = (await box.ask('GET', `${git}/refs?filter=heads/`)).body.value;
      const find = (one: string) => refs.find((ref) => ref.name === `refs/heads/${one}`)?.objectId;
      const oldObjectId = find(branch) ?? find('main') ?? '0'.repeat(40);
      if (find(branch) === undefined && find('main') !== undefined)
        await box.ask('POST', `${git}/refs`, [
          { name: `refs/heads/${branch}`, oldObjectId: '0'.repeat(40), newObjectId: find('main') },
        ]);
      const query = `recursionLevel=full&versionDescriptor.version=${oldObjectId}&versionDescriptor.versionType=commit`;
      const items: Shown[] = (await box.ask('GET', `${git}/items?${query}`)).body?.value ?? [];
      const toKind = (path: string) => (items.some((item) => item.path === `/${path}`) ? 'edit' : 'add');
      const changes = Object.entries(changed).map(([path, content]) => ({
        changeType: content === undefined ? 'delete' : toKind(path),
        item: { path: `/${path}` },
        ...(content === undefined ? {} : { newContent: { content, contentType: 'rawtext' } }),
      }));
      const body = {
        refUpdates: [{ name: `refs/heads/${branch}`, oldObjectId }],
        commits: [{ comment: message, changes }],
      };
      const answer = await box.ask('POST', `${git}/pushes`, body, who === undefined ? {} : { who });
      if (answer.status !== 201) throw new Error(answer.text);
      return answer.body.refUpdates[0].newObjectId;
    },
    async pipeline(pipelineName, file, settings = BY_YAML) {
      const body = {
        name: pipelineName,
        path: '\\',
        type: 'build',
        process: { type: 2, yamlFilename: file },
        repository: { id, type: 'TfsGit', defaultBranch: 'refs/heads/main' },
        queue: { id: 2 },
        ...settings,
      };
      const answer = await box.ask('POST', 'ml/_apis/build/definitions', body);
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.body.id;
    },
    async openPullRequest(branch, settings = {}) {
      const body = {
        sourceRefName: `refs/heads/${branch}`,
        targetRefName: 'refs/heads/main',
        title: branch,
        ...settings,
      };
      return (await box.ask('POST', `${git}/pullrequests`, body)).body.pullRequestId;
    },
    changePullRequest: (number, change) => box.ask('PATCH', `${git}/pullrequests/${number}`, change),
    async complete(number) {
      const { lastMergeSourceCommit } = (await box.ask('GET', `${git}/pullrequests/${number}`)).body;
      await repository.changePullRequest(number, { status: 'completed', lastMergeSourceCommit });
      await settle(box);
      return (await box.ask('GET', `${git}/pullrequests/${number}`)).body;
    },
    async demandBuild(buildDefinitionId, settings = {}) {
      const body = {
        isEnabled: true,
        isBlocking: true,
        type: { id: '0609b952-1397-4640-95ec-e00a01b2c241' },
        settings: {
          buildDefinitionId,
          displayName: 'Build',
          manualQueueOnly: false,
          queueOnSourceUpdateOnly: true,
          validDuration: 720,
          scope: [{ repositoryId: id, refName: 'refs/heads/main', matchKind: 'exact' }],
          ...settings,
        },
      };
      return (await box.ask('POST', 'ml/_apis/policy/configurations', body)).body.id;
    },
    async evaluations(number) {
      await settle(box);
      const project = (await box.ask('GET', '_apis/projects/ml')).body.id;
      const artifact = encodeURIComponent(`vstfs:///CodeReview/CodeReviewId/${project}/${number}`);
      return (await box.ask('GET', `ml/_apis/policy/evaluations?artifactId=${artifact}&api-version=7.1-preview`)).body
        .value;
    },
  };
  if (Object.keys(files).length > 0) await repository.push('main', files);
  return repository;
}

/**
 * Waits for what follows requests in the background. It is done in turn with changes, in at most three steps one after
 * another (pull requests, triggers, and what these start): a change that comes after as many others comes after it.
 */
export async function settle(box: TestSandbox): Promise<void> {
  for (let step = 0; step < 4; step += 1) await box.control('PUT', 'organizations/contoso/projects/ml');
}

/** The runs of a pipeline, oldest first. */
export async function runsOf(box: TestSandbox, definitionId: number): Promise<readonly Shown[]> {
  await settle(box);
  const { body } = await box.ask('GET', `ml/_apis/build/builds?definitions=${definitionId}`);
  return [...body.value].sort((a: Shown, b: Shown) => a.id - b.id);
}

/** Waits until all runs of a pipeline are over, and none has followed their end. @returns them, oldest first */
export async function endedRunsOf(box: TestSandbox, definitionId: number): Promise<readonly Shown[]> {
  for (let ended = -1; ; await sleep(20)) {
    const runs = await runsOf(box, definitionId);
    const isOver = runs.every(({ status }) => status === 'completed');
    if (isOver && ended === runs.length) return runs;
    ended = isOver ? runs.length : -1;
  }
}
