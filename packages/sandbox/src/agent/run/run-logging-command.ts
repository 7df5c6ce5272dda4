import { existsSync } from 'node:fs';
import { basename, relative } from 'node:path';
import type { Result } from '../expression/run-condition.ts';
import type { JobState } from './job-state.ts';
import type { Issue } from './job-work.ts';
import type { LoggingCommand } from './logging-command.ts';
import type { StepLog } from './step-log.ts';

/** What a logging command can change. */
export interface CommandScope {
  readonly job: JobState;
  readonly log: StepLog;
  /** The step's name in outputs. */
  readonly name: string;
  /** `task.complete`. */
  readonly complete: (result: Result) => void;
  /** Work that goes on beside the step and ends with it. */
  readonly begin: (work: Promise<void>) => void;
}

const HELP = 'Please reference documentation (http://go.microsoft.com/fwlink/?LinkId=817296)';

/** Does one kind of command. @throws Error with what is wrong with it */
type Act = (command: LoggingCommand, scope: CommandScope) => void;

const TASK_COMMANDS: Readonly<Record<string, Act>> = {
  setvariable: setVariable,
  setsecret: ({ data }, { job }) => job.masker.add(data),
  logissue: logIssue,
  issue: logIssue,
  complete: ({ properties }, { complete }) => complete(parseResult(properties.result)),
  prependpath: prependPath,
  debug: ({ data }, { job, log }) => {
    if (isYes(job.variables.find('System.Debug')?.value)) log.write(`##[debug]${data}`);
  },
  // Progress within a step and records below it are shown by no interface of the service that is served here.
  setprogress: () => {},
  logdetail: () => {},
  uploadsummary: ({ data }, scope) => attach(scope, 'Distributedtask.Core.Summary', 'summary', data),
  uploadfile: ({ data }, scope) => attach(scope, 'Distributedtask.Core.FileAttachment', basename(data), data),
  addattachment: ({ properties, data }, scope) =>
    attach(scope, getProperty(properties, 'type'), getProperty(properties, 'name'), data),
};

const BUILD_COMMANDS: Readonly<Record<string, Act>> = {
  updatebuildnumber: updateBuildNumber,
  addbuildtag: addBuildTag,
  uploadlog: ({ data }, scope) => attach(scope, 'DistributedTask.Core.Log', 'CustomToolLog', data),
  uploadsummary: ({ data }, scope) => attach(scope, 'Distributedtask.Core.Summary', 'summary', data),
};

const ARTIFACT_COMMANDS: Readonly<Record<string, Act>> = { upload: uploadArtifact };

const AREAS: ReadonlyMap<string, { readonly title: string; readonly acts: Readonly<Record<string, Act>> }> = new Map([
  ['task', { title: 'Task', acts: TASK_COMMANDS }],
  ['build', { title: 'Build', acts: BUILD_COMMANDS }],
  ['artifact', { title: 'Artifact', acts: ARTIFACT_COMMANDS }],
]);

/** Does what a script asks for. @throws Error with what is wrong with it; the step then fails */
export function runLoggingCommand(command: LoggingCommand, scope: CommandScope): void {
  const { area, event } = command;
  const known = AREAS.get(area);
  if (!known) {
    scope.log.warning(`Cannot find command extension for ##vso[${area}.command]. ${HELP}`);
    return;
  }
  const act = Object.hasOwn(known.acts, event) ? known.acts[event] : undefined;
  if (!act)
    throw new Error(
      `##vso[${area}.${event}] is not a recognized command for ${known.title} command extension. ${HELP}.`,
    );
  act(command, scope);
}

function setVariable({ properties, data }: LoggingCommand, { job, name: step }: CommandScope): void {
  const { variable } = properties;
  if (!variable) throw new Error("Required field 'variable' is missing in ##vso[task.setvariable] command.");
  const isSecret = isYes(properties.issecret);
  const isOutput = isYes(properties.isoutput);
  // Hidden before anything can go wrong, since what goes wrong is written down.
  if (isSecret) job.masker.add(data);
  if (job.variables.find(variable)?.isReadOnly) {
    throw new Error(
      `Overwriting readonly variable '${variable}' is not permitted. See https://github.com/microsoft/azure-pipelines-yaml/blob/master/design/readonly-variables.md for details.`,
    );
  }
  if (isSecret && data.includes('\n')) throw new Error('Secrets cannot contain multiple lines');
  const name = isOutput ? `${step}.${variable}` : variable;
  const set = { value: data, isSecret: isSecret || job.variables.find(name)?.isSecret === true };
  if (set.isSecret) job.masker.add(data);
  job.variables.set(name, { ...set, isReadOnly: isOutput || isYes(properties.isreadonly) });
  if (isOutput) job.outputs.set(name, set);
}

function logIssue({ properties, data }: LoggingCommand, { job, log }: CommandScope): void {
  const { type, sourcepath, linenumber, columnnumber, code } = properties;
  if (type === undefined) {
    log.warning("Can't create TaskIssue from logging event.");
    return;
  }
  const kind = type.toLowerCase();
  if (kind !== 'error' && kind !== 'warning') throw new Error(`issue type ${type} is not an expected issue type.`);
  if (!sourcepath) {
    log[kind](data);
    return;
  }
  const sources = job.variables.find('Build.SourcesDirectory')?.value ?? '';
  const file = sourcepath.startsWith(`${sources}/`) ? relative(sources, sourcepath) : sourcepath;
  const place: Pick<Issue, 'file' | 'line'> = { file, ...(Number(linenumber) > 0 ? { line: Number(linenumber) } : {}) };
  log[kind](`${file}(${linenumber ?? ''},${columnnumber ?? ''}): ${type} ${code ?? ''}: ${data}`, place);
}

function parseResult(text = ''): Result {
  const results: readonly Result[] = ['Succeeded', 'SucceededWithIssues', 'Failed', 'Skipped', 'Canceled'];
  const found = results.find((result) => result === text);
  if (!found) throw new Error("Command doesn't have valid result value.");
  return found;
}

function prependPath({ data }: LoggingCommand, { job }: CommandScope): void {
  if (data === '') throw new Error('Path to prepend is empty.');
  job.paths.unshift(data);
}

function uploadArtifact({ properties, data }: LoggingCommand, { job, log, begin }: CommandScope): void {
  const name = properties.artifactname;
  if (!name) throw new Error('Artifact Name is required.');
  if (data === '') throw new Error('Artifact location is required.');
  if (!existsSync(data)) throw new Error(`Path does not exist: ${data}`);
  log.write(`Uploading ${data} to the artifact ${name}`);
  begin(job.work.host.publishArtifact(name, data));
}

function updateBuildNumber({ data }: LoggingCommand, { job, log }: CommandScope): void {
  if (data === '') throw new Error('Build number is required.');
  job.variables.set('Build.BuildNumber', { value: data });
  log.write(`Update build number to ${data}`);
  job.work.host.setBuildNumber(job.masker.mask(data));
}

function addBuildTag({ data }: LoggingCommand, { job, log }: CommandScope): void {
  if (data === '') throw new Error('Build tag is required.');
  log.write(`Added the tag ${data}`);
  job.work.host.addTag(job.masker.mask(data));
}

function attach({ job, begin }: CommandScope, type: string, name: string, path: string): void {
  if (path === '' || !existsSync(path)) throw new Error(`File path is not provided or file doesn't exist: '${path}'`);
  begin(job.work.host.attachFile(type, name, path));
}

function getProperty(properties: LoggingCommand['properties'], name: string): string {
  const value = properties[name];
  if (!value) throw new Error(`Required field '${name}' is missing.`);
  return value;
}

function isYes(text = ''): boolean {
  return text.toLowerCase() === 'true';
}
