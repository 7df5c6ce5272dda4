import { randomUUID } from 'node:crypto';
import type { Result } from '../expression/run-condition.ts';
import { toFolderVariables } from './folder-variables.ts';
import { type JobVariables, makeJobVariables } from './job-variables.ts';
import type { Issue, JobVariable, JobWork } from './job-work.ts';
import { type Masker, makeMasker } from './mask-secrets.ts';
import { mergeResults } from './merge-results.ts';
import { makeProcessGroups, type ProcessGroups } from './process-groups.ts';
import { inheritEnvironment, isolateSignIns } from './step-environment.ts';

/** A job while it runs. */
export interface JobState {
  readonly work: JobWork;
  readonly variables: JobVariables;
  readonly masker: Masker;
  readonly groups: ProcessGroups;
  /** Names this job in the environment of its processes. */
  readonly marker: string;
  /** What steps inherit of the agent's own environment, and what keeps them apart from its owner's sign-ins. */
  readonly inherited: Readonly<Record<string, string>>;
  /** Folders that steps put before PATH; the last one that was added comes first. */
  readonly paths: string[];
  readonly outputs: Map<string, JobVariable>;
  readonly issues: Issue[];
  /** Undone when the job is over, last one first: a credential that a checkout left behind. */
  readonly cleanUps: (() => Promise<void>)[];
  /** How it went so far. */
  readonly status: Result;
  /** Makes the status worse, never better. */
  lower(result: Result): void;
}

/** A job before its first step. */
export function makeJobState(work: JobWork): JobState {
  const marker = `vsts_${randomUUID()}`;
  const variables = makeJobVariables({ ...work.variables, ...toFolderVariables(work.folders) });
  const masker = makeMasker();
  for (const { value, isSecret } of Object.values(work.variables)) if (isSecret) masker.add(value);
  let status: Result = 'Succeeded';
  const lower = (result: Result) => {
    status = mergeResults(status, result);
    variables.set('Agent.JobStatus', { value: status, isReadOnly: true });
  };
  lower('Succeeded');
  return {
    work,
    variables,
    masker,
    groups: makeProcessGroups(work.host, marker),
    marker,
    inherited: { ...inheritEnvironment(process.env), ...isolateSignIns(work.folders.temp) },
    paths: [...work.programs],
    outputs: new Map(),
    issues: [],
    cleanUps: [],
    get status() {
      return status;
    },
    lower,
  };
}
