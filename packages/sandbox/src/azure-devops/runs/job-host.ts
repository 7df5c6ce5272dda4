import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Step } from '../../agent/compile/pipeline.ts';
import type { JobHost } from '../../agent/run/job-work.ts';
import { getPrincipal } from '../../sign-in/principal.ts';
import { takeNumber } from '../state.ts';
import { type GoingRun, toNow } from './going-run.ts';
import type { JobStart } from './run-jobs.ts';
import type { RunRecord, TimelineRecord } from './run-record.ts';
import { findEndpoint } from './run-resources.ts';
import { toTaskReference } from './task-references.ts';

/** What a job asks of the service: its place in the timeline, artifacts, tests, tags, tokens. */
export function makeJobHost({ run, agent }: JobStart, job: TimelineRecord, steps: readonly Step[]): JobHost {
  const { record, build, world } = run;
  return {
    startStep(index, displayName) {
      const task = toTaskReference(steps[index]?.task);
      const line = record.add({
        parentId: job.id,
        type: 'Task',
        name: displayName,
        refName: steps[index]?.name ?? null,
        state: 'inProgress',
        startTime: toNow(run),
        workerName: agent.name,
        ...(task ? { task } : {}),
      });
      const write = record.openLog(line);
      return {
        write,
        end: ({ result, issues }) =>
          record.change(line, { state: 'completed', result, finishTime: toNow(run), issues }),
      };
    },
    async signIn(connection) {
      const endpoint = findEndpoint(run.organization, run.project, connection);
      if (!endpoint) throw new Error(`The service connection ${connection} could not be found.`);
      return world.signIn.openSession(getPrincipal(endpoint), agent.toFolders('').temp);
    },
    publishArtifact: (name, path) => keepArtifact(record, job, name, path, build.id),
    findArtifact(name, alias) {
      const from = findRun(run, alias);
      return from?.data.artifacts.some((artifact) => artifact.name === name) ? from.toArtifactPath(name) : undefined;
    },
    listArtifacts: (alias) => findRun(run, alias)?.data.artifacts.map(({ name }) => name) ?? [],
    async attachFile(type, name, path) {
      const folder = join(record.folder, 'attachments', job.id, type);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await cp(path, join(folder, basename(name)));
    },
    publishTestRun(title, cases) {
      const at = toNow(run);
      const id = takeNumber(run.organization, 'testRun');
      record.data.tests.push({ id, name: title, startedDate: at, completedDate: at, cases });
      record.save();
      inBackground(world.inTurn(async () => void run.organization.testRuns.push({ id, buildId: build.id })));
    },
    setBuildNumber: (number) =>
      inBackground(
        world.inTurn(async () => {
          build.number = number;
        }),
      ),
    addTag: (tag) =>
      inBackground(
        world.inTurn(async () => {
          if (!build.tags.includes(tag)) build.tags.push(tag);
        }),
      ),
    onProcess: (pid) => agent.onProcess(pid),
  };
}

/** The job goes on at once; that the state could not be written is said where the sandbox is watched. */
function inBackground(change: Promise<unknown>): void {
  change.catch((error: unknown) => process.stderr.write(`A run's state could not be written: ${String(error)}\n`));
}

function findRun(run: GoingRun, alias: string | undefined): RunRecord | undefined {
  if (alias === undefined) return run.record;
  const id = Object.entries(run.build.pipelineRuns).find(([name]) => name.toLowerCase() === alias.toLowerCase())?.[1];
  return id === undefined ? undefined : run.openRun(id);
}

async function keepArtifact(
  record: RunRecord,
  job: TimelineRecord,
  name: string,
  path: string,
  buildId: number,
): Promise<void> {
  // These cannot stand in the name of an artifact (MicrosoftDocs publish-pipeline-artifact).
  if (name === '' || /[\\/:*?"<>|]/.test(name) || name.startsWith('.')) {
    throw new Error(
      `Artifact name is not valid: ${name}. It cannot contain '\\', '/', '"', ':', '<', '>', '|', '*', and '?'`,
    );
  }
  if (record.data.artifacts.some((artifact) => artifact.name.toLowerCase() === name.toLowerCase())) {
    throw new Error(`Artifact ${name} already exists for build ${buildId}.`);
  }
  if (!existsSync(path)) throw new Error(`Path does not exist: ${path}`);
  const target = record.toArtifactPath(name);
  // A try before may have left half of it.
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true, mode: 0o700 });
  const isFile = lstatSync(path).isFile();
  await cp(path, isFile ? join(target, basename(path)) : target, { recursive: true, dereference: true });
  record.data.artifacts.push({ id: record.data.artifacts.length + 1, name, source: job.id, size: measure(target) });
  record.save();
}

function measure(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
}
