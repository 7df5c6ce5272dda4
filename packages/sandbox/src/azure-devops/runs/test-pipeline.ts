import { setTimeout as sleep } from 'node:timers/promises';
import type { Answered, TestSandbox } from '../../test-sandbox.ts';

/** A pipeline in a repository of its own, and what tests do with it. */
export interface TestPipeline {
  readonly id: number;
  readonly repositoryId: string;
  /** Writes files in one commit on main. */
  push(files: Readonly<Record<string, string>>): Promise<void>;
  /** Asks for a run. */
  queue(body?: object): Promise<Answered>;
  /** Asks for a run, and waits for its end. */
  run(body?: object): Promise<Ended>;
}

/** A run that is over. */
export interface Ended {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
  readonly build: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
  readonly records: readonly any[];
  /** Lines of a step's log, without their times. */
  log(step: string): Promise<readonly string[]>;
  /** Result by name of the line. */
  readonly results: Readonly<Record<string, string>>;
}

/** Makes a repository with files, and a pipeline of its `pipeline.yml`. */
export async function makePipeline(
  box: TestSandbox,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<TestPipeline> {
  const { id: repositoryId } = (await box.ask('POST', 'ml/_apis/git/repositories', { name })).body;
  let head = '0'.repeat(40);
  const known = new Set<string>();
  const push = async (changed: Readonly<Record<string, string>>) => {
    const changes = Object.entries(changed).map(([path, content]) => ({
      changeType: known.has(path) ? 'edit' : 'add',
      item: { path: `/${path}` },
      newContent: { content, contentType: 'rawtext' },
    }));
    for (const path of Object.keys(changed)) known.add(path);
    const answer = await box.ask('POST', `ml/_apis/git/repositories/${repositoryId}/pushes`, {
      refUpdates: [{ name: 'refs/heads/main', oldObjectId: head }],
      commits: [{ comment: 'change', changes }],
    });
    if (answer.status !== 201) throw new Error(answer.text);
    head = answer.body.refUpdates[0].newObjectId;
  };
  await push(files);
  const definition = {
    name,
    path: '\\',
    type: 'build',
    process: { type: 2, yamlFilename: 'pipeline.yml' },
    repository: { id: repositoryId, type: 'TfsGit', defaultBranch: 'refs/heads/main' },
    queue: { id: 2 },
    // The file says what starts it.
    triggers: [{ triggerType: 'continuousIntegration', settingsSourceType: 2, branchFilters: [], pathFilters: [] }],
  };
  const { id } = (await box.ask('POST', 'ml/_apis/build/definitions', definition)).body;
  const queue = (body: object = {}) => box.ask('POST', 'ml/_apis/build/builds', { definition: { id }, ...body });
  return {
    id,
    repositoryId,
    push,
    queue,
    async run(body) {
      const queued = await queue(body);
      if (queued.status !== 200) throw new Error(queued.text);
      return waitForEnd(box, queued.body.id);
    },
  };
}

/** Waits until a run is over. */
export async function waitForEnd(box: TestSandbox, id: number): Promise<Ended> {
  const build = await waitUntil(box, id, ({ status }) => status === 'completed');
  const at = `ml/_apis/build/builds/${id}`;
  const { records } = (await box.ask('GET', `${at}/timeline`)).body;
  return {
    build,
    records,
    results: Object.fromEntries(records.map(({ name, result }: { name: string; result: string }) => [name, result])),
    async log(step) {
      const record = records.find(({ name }: { name: string }) => name === step);
      const { text } = await box.ask('GET', `${at}/logs/${record.log.id}`);
      return text.split('\n').map((line) => line.replace(/^\S+Z /, ''));
    },
  };
}

/** Waits until a run is as it should be. */
export async function waitUntil(
  box: TestSandbox,
  id: number,
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
  isReady: (build: any) => boolean,
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
): Promise<any> {
  for (;;) {
    const { body } = await box.ask('GET', `ml/_apis/build/builds/${id}`);
    if (isReady(body)) return body;
    await sleep(50);
  }
}
