import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Lang } from '../../packages/core/src/index.ts';
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts';
import { PRODUCT, PRODUCT_NODE, toEnvironment } from './product.ts';
import { makePythonAtHand } from './project-environment.ts';
import { openTerminalSession } from './terminal-session.ts';

/** A team's model on a sandbox of its own, and what a machine needs to join it. */
export interface MemberWorld {
  readonly sandbox: OwnSandbox;
  readonly model: string;
  /** Folder for everybody's clones. */
  readonly work: string;
  /** Clone address of the model's repository. */
  readonly url: string;
  /** Its address in the API, below the organisation. */
  readonly repository: string;
  /** Variables of a machine that has Python and the project's packages at hand. */
  readonly machine: Readonly<Record<string, string>>;
}

/** Makes the model as `you`. */
export async function startMemberWorld(model: string): Promise<MemberWorld> {
  const sandbox = await startOwnSandbox();
  const work = join(sandbox.root, 'work');
  const created = await sandbox.run(['create', model, '--yes', '--target', 'sandbox'], work, 'you');
  const url = /repository:\S+ {2}(http\S+)/.exec(created.stdout)?.[1];
  if (url === undefined) throw new Error(created.stdout + created.stderr);
  const programs = join(sandbox.root, 'programs');
  await makePythonAtHand(join(work, model), programs);
  // What is printed begins with npx, and has to work as it is printed.
  writeFileSync(join(programs, 'npx'), `#!/bin/sh\nshift\nexec '${PRODUCT_NODE}' '${PRODUCT}' "$@"\n`);
  chmodSync(join(programs, 'npx'), 0o755);
  const machine = {
    PATH: `${programs}:${process.env.PATH}`,
    // A few of the project's tests: all of them run with the generated project's own, and in its pipelines.
    PYTEST_ADDOPTS: '-k schema',
  };
  return { sandbox, model, work, url, repository: `mlops/_apis/git/repositories/${model}`, machine };
}

/** What others see: branches but people's own, definitions, policies, jobs, the shared folders, pull requests. */
export async function readShared({ sandbox, model, repository }: MemberWorld) {
  const { value: refs } = await sandbox.devOps('GET', `${repository}/refs`);
  const { value: definitions } = await sandbox.devOps('GET', 'mlops/_apis/build/definitions');
  const { value: policies } = await sandbox.devOps('GET', 'mlops/_apis/policy/configurations');
  const { value: groups } = await sandbox.devOps('GET', 'mlops/_apis/distributedtask/variablegroups');
  const { jobs } = await sandbox.workspace('GET', 'api/2.2/jobs/list?expand_tasks=true');
  const folder = `/Shared/mlops/${model}`;
  const shared = await sandbox.workspace('GET', `api/2.0/workspace/list?path=${folder}`);
  const { object_id: id } = await sandbox.workspace('GET', `api/2.0/workspace/get-status?path=${folder}/main`);
  const main = await sandbox.workspace('GET', `api/2.0/repos/${id}`);
  const { value: pullRequests } = await sandbox.devOps('GET', `${repository}/pullrequests?searchCriteria.status=all`);
  const others = refs.filter(({ name }: { name: string }) => !/^refs\/(heads\/(users|feature)|pull)\//.test(name));
  return { others, definitions, policies, groups, jobs, shared, main, pullRequests };
}

/** After a merge the deploy pipeline moves the shared Git folder, some time later. */
async function followedMain(world: MemberWorld): Promise<void> {
  for (let waited = 0; waited < 300_000; waited += 500) {
    const { main, others } = await readShared(world);
    const tip = others.find(({ name }: { name: string }) => name === 'refs/heads/main')?.objectId;
    if (main.head_commit_id === tip) return;
    await delay(500);
  }
  throw new Error('the main Git folder did not follow main');
}

/** Words that each language says, which tells that a step was understood and done. */
const SAID = {
  en: { joined: 'You are in.', started: 'This clone is on feature/demo now.', remove: 'Remove your Git folder' },
  fr: { joined: 'Vous y êtes.', started: 'est maintenant sur feature/demo.', remove: 'Supprimer votre dossier Git' },
} as const;

/**
 * The colleague, at a shell in a terminal with an empty home and nothing but the URL: join, feature, pull request; you approve and
 * merge; the colleague cleans up.
 * @param beforeMerge waits for what main demands
 */
export async function playMemberSession(
  world: MemberWorld,
  lang: Lang,
  beforeMerge: (pullRequestId: number) => Promise<void>,
): Promise<void> {
  const { sandbox, model, work, url, repository, machine } = world;
  const said = SAID[lang];
  const folder = join(work, `session-${lang}`);
  const home = join(sandbox.root, `home-${lang}`);
  for (const each of [home, folder]) mkdirSync(each, { recursive: true });
  await followedMain(world);
  const before = await readShared(world);
  const token = sandbox.tokenOf('colleague');
  const tokens = { AZURE_DEVOPS_EXT_PAT: token, DATABRICKS_TOKEN: token };
  const more = { ...machine, ...tokens, MLOPS_SANDBOX_HOME: sandbox.home, LANG: `${lang}_CA.UTF-8` };
  const person = openTerminalSession(folder, toEnvironment(home, more));
  try {
    const joined = await person.run(`npx create-mlops-model@0 join ${url}`);
    expect(joined).toMatchObject({ exitCode: 0, screen: expect.stringContaining(said.joined) });
    const [, next = ''] = /(npx \S+ feature start) <name>/.exec(joined.screen) ?? [];
    expect(await person.run(`cd ${join(folder, model)}`)).toMatchObject({ exitCode: 0 });
    const started = await person.run(`${next} demo`);
    expect(started).toMatchObject({ exitCode: 0, screen: expect.stringContaining(said.started) });
    // With the blank lines that the project's formatter wants.
    await person.run(`printf '\\n\\n# In ${lang}.\\n' >> notebooks/features.py`);
    expect(await person.run('git commit --quiet --all --message "A thought"')).toMatchObject({ exitCode: 0 });
    // Until now, nothing that others see has changed.
    expect(await readShared(world)).toEqual(before);

    const finish = 'npx create-mlops-model@0 feature finish';
    expect(await person.run(finish)).toMatchObject({ exitCode: 0 });
    const [open] = (await sandbox.devOps('GET', `${repository}/pullrequests`)).value;
    expect(open).toMatchObject({
      sourceRefName: 'refs/heads/feature/demo',
      createdBy: { uniqueName: 'colleague@sandbox.test' },
    });
    const own = `${repository}/commits?searchCriteria.itemVersion.version=feature/demo`;
    expect((await sandbox.devOps('GET', own)).value[0].author).toMatchObject({
      name: 'Colleague',
      email: 'colleague@sandbox.test',
    });
    await beforeMerge(open.pullRequestId);
    await approveAndMerge(world, open.pullRequestId);

    const cleaned = await person.runAndAnswer(finish, said.remove, '');
    expect(cleaned.exitCode).toBe(0);
    const { stdout } = await sandbox.git(folder, ['ls-remote', url, 'refs/heads/*'], 'colleague');
    expect(stdout).not.toContain('refs/heads/feature/demo');
    const [main = ''] = /^\w{40}(?=\s+refs\/heads\/main$)/m.exec(stdout) ?? [];
    expect((await person.run('git status --short --branch')).screen).toContain('## main...origin/main');
    expect((await person.run('git rev-parse HEAD')).screen).toContain(main);
    expect((await person.run('git branch --list "feature/*"')).screen).not.toContain('feature/demo\n');
    const gone = sandbox.workspace(
      'GET',
      `api/2.0/workspace/get-status?path=/Users/colleague@sandbox.test/${model}-demo`,
    );
    await expect(gone).rejects.toThrow('RESOURCE_DOES_NOT_EXIST');
  } finally {
    await person.end();
  }
}

/** Somebody who is not the author approves and merges, over REST. */
async function approveAndMerge({ sandbox, repository }: MemberWorld, id: number): Promise<void> {
  const path = `${repository}/pullrequests/${id}`;
  const ask = async (method: string, below: string, body: unknown) => {
    const response = await fetch(`${sandbox.azureDevOps}/sandbox/${path}${below}?api-version=7.1`, {
      method,
      headers: { authorization: `Bearer ${sandbox.tokenOf('you')}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}${below}: ${response.status} ${await response.text()}`);
  };
  const { id: you } = await sandbox.control('GET', 'identities/you');
  await ask('PUT', `/reviewers/${you}`, { vote: 10 });
  const { lastMergeSourceCommit } = await sandbox.devOps('GET', path);
  const completionOptions = { mergeStrategy: 'squash', deleteSourceBranch: false };
  await ask('PATCH', '', { status: 'completed', lastMergeSourceCommit, completionOptions });
  for (let waited = 0; (await sandbox.devOps('GET', path)).status !== 'completed'; waited += 200) {
    if (waited > 20_000) throw new Error('the pull request was not completed');
    await delay(200);
  }
}
