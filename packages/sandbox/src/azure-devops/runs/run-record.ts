import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dependency, Result } from '../../agent/expression/run-condition.ts';
import type { Issue, TestCase } from '../../agent/run/job-work.ts';
import { openStore } from '../../store.ts';
import type { Checkpoint } from '../gates/gates.ts';

/** One line of a run's timeline: a stage, what it waits for, its jobs and their steps. */
export interface TimelineRecord {
  readonly id: string;
  readonly parentId: string | null;
  readonly type: 'Stage' | 'Checkpoint' | Checkpoint | 'Phase' | 'Job' | 'Task';
  readonly name: string;
  /** Names from the stage down, joined by dots. */
  readonly identifier: string | null;
  readonly refName: string | null;
  readonly order: number;
  /** Counts from 1; a retry makes the next one. */
  attempt: number;
  previousAttempts: readonly PreviousAttempt[];
  state: 'pending' | 'inProgress' | 'completed';
  result?: Result | 'Abandoned';
  startTime?: string;
  finishTime?: string;
  /** Agent that does it. */
  workerName?: string;
  /** What it waits for. */
  currentOperation?: string;
  issues: readonly Issue[];
  logId?: number;
  readonly task?: { readonly id: string; readonly name: string; readonly version: string };
}

/** Where an earlier attempt of a stage is written down. */
interface PreviousAttempt {
  readonly attempt: number;
  readonly timelineId: string;
  readonly recordId: string;
}

/** One log; its lines lie in a file of their own. */
export interface RunLog {
  readonly id: number;
  readonly createdOn: string;
  lastChangedOn: string;
  lineCount: number;
}

/** Files that a run keeps. */
export interface Artifact {
  readonly id: number;
  readonly name: string;
  /** Timeline record of the job that made it. */
  readonly source: string;
  readonly size: number;
}

/** Tests that a step published. */
export interface TestRun {
  readonly id: number;
  readonly name: string;
  readonly startedDate: string;
  readonly completedDate: string;
  readonly cases: readonly TestCase[];
}

/** How a stage ended, and what its jobs left. */
export interface StageEnd {
  readonly result: Result;
  readonly jobs: Readonly<Record<string, JobOutputs>>;
}

/** How a job ended, and what it left for others. */
export interface JobOutputs extends Dependency {
  /** Secrets are among its outputs; these are never written down. */
  readonly hasSecrets: boolean;
}

/** What is written down of a run. */
interface Written {
  /** Counts the changes. */
  changeId: number;
  lastChangedOn: string;
  readonly records: TimelineRecord[];
  /** Stages that are over, without those that left secrets. */
  readonly ends: Record<string, StageEnd>;
  /** The same of the jobs of the stages that are to run, by stage and job: what need not be done again. */
  readonly jobs: Record<string, JobOutputs>;
  /** Timelines of earlier attempts. */
  readonly earlier: { readonly id: string; readonly records: readonly TimelineRecord[] }[];
  readonly logs: RunLog[];
  readonly artifacts: Artifact[];
  readonly tests: TestRun[];
}

/** What a run leaves, in a folder of its own: the service's state stays small, and a log line costs one line. */
export interface RunRecord {
  readonly folder: string;
  readonly data: Written;
  /** Adds a line to the timeline. */
  add(record: Pick<TimelineRecord, 'parentId' | 'type' | 'name'> & Partial<TimelineRecord>): TimelineRecord;
  /** Changes one, and writes the timeline down. */
  change(record: TimelineRecord, change: Partial<TimelineRecord>): void;
  /** Opens a log for a record. */
  openLog(record: TimelineRecord): (line: string) => void;
  readLog(log: RunLog): readonly string[];
  /** Where an artifact lies. */
  toArtifactPath(name: string): string;
  save(): void;
}

/** Opens the record of a run; an absent one is empty. */
export function openRunRecord(folder: string, now: () => Date): RunRecord {
  const store = openStore(
    folder,
    'record',
    (): Written => ({
      changeId: 0,
      lastChangedOn: now().toISOString(),
      records: [],
      ends: {},
      jobs: {},
      earlier: [],
      logs: [],
      artifacts: [],
      tests: [],
    }),
  );
  const { data } = store;
  const toLogPath = (id: number) => join(folder, 'logs', `${id}.log`);
  const save = () => {
    data.changeId += 1;
    data.lastChangedOn = now().toISOString();
    store.save();
  };
  return {
    folder,
    data,
    save,
    add(given) {
      const record: TimelineRecord = {
        id: randomUUID(),
        identifier: null,
        refName: null,
        order: data.records.filter(({ parentId }) => parentId === given.parentId).length + 1,
        state: 'pending',
        issues: [],
        attempt: 1,
        previousAttempts: [],
        ...given,
      };
      data.records.push(record);
      save();
      return record;
    },
    change(record, change) {
      Object.assign(record, change);
      save();
    },
    openLog(record) {
      const created = now().toISOString();
      const log: RunLog = { id: data.logs.length + 1, createdOn: created, lastChangedOn: created, lineCount: 0 };
      data.logs.push(log);
      record.logId = log.id;
      mkdirSync(join(folder, 'logs'), { recursive: true, mode: 0o700 });
      appendFileSync(toLogPath(log.id), '', { mode: 0o600 });
      save();
      return (line) => {
        appendFileSync(toLogPath(log.id), `${line}\n`);
        log.lineCount += 1;
        log.lastChangedOn = now().toISOString();
      };
    },
    readLog({ id }) {
      const text = existsSync(toLogPath(id)) ? readFileSync(toLogPath(id), 'utf8') : '';
      return text === '' ? [] : text.replace(/\n$/, '').split('\n');
    },
    toArtifactPath: (name) => join(folder, 'artifacts', name),
  };
}
