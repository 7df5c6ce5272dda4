import type { Step } from '../compile/pipeline.ts';
import type { Result } from '../expression/run-condition.ts';
import { describeFault } from './describe-fault.ts';
import { findTask } from './find-task.ts';
import { hasCommandKeyword, parseLoggingCommand } from './logging-command.ts';
import { mergeResults } from './merge-results.ts';
import { type CommandScope, runLoggingCommand } from './run-logging-command.ts';
import { toStepEnvironment } from './step-environment.ts';
import type { StepLog } from './step-log.ts';
import type { TaskRun } from './task.ts';

/** A step about to do its work; a retry does it again. */
export interface TaskWork extends Pick<TaskRun, 'job' | 'log' | 'name' | 'stop' | 'kill'> {
  readonly step: Step;
}

/** Does a step's work once, with all that its script asks for on the way. */
export async function runTask(work: TaskWork): Promise<Result> {
  const { job, log, name, step } = work;
  const task = findTask(step.task);
  if (!task) throw new Error(`The agent of the sandbox does not run the task ${step.task}.`);
  let asked: Result = 'Succeeded';
  const lower = (result: Result) => {
    asked = mergeResults(asked, result);
  };
  const begun: Promise<unknown>[] = [];
  // Its failure is kept from the start: it may come long before the step is over.
  const begin = (side: Promise<void>) => {
    begun.push(side.then(() => undefined).catch((fault: unknown) => fault ?? 'failed'));
  };
  const onLine = (line: string) => {
    if (hasCommandKeyword(line)) obey(line, { job, log, name, complete: lower, begin }, lower);
    else log.write(line);
  };
  const result = await catchFault(task(toTaskRun(work, onLine)), log);
  const faults = (await Promise.all(begun)).filter((fault) => fault !== undefined);
  for (const fault of faults) log.error(describeFault(fault));
  return [faults.length > 0 ? 'Failed' : result, asked].reduce(mergeResults, result);
}

function toTaskRun({ job, log, name, step, stop, kill }: TaskWork, onLine: (line: string) => void): TaskRun {
  const inputs = new Map(Object.entries(step.inputs).map(([key, value]) => [key.toLowerCase(), value]));
  const { inherited, variables, marker } = job;
  return {
    job,
    log,
    name,
    stop,
    kill,
    onLine,
    input: (key) => variables.expand(inputs.get(key.toLowerCase()) ?? '').trim(),
    toEnvironment: (paths = []) =>
      toStepEnvironment({ inherited, variables, own: step.env, paths: [...paths, ...job.paths], marker }),
  };
}

async function catchFault(work: Promise<Result>, log: StepLog): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    log.error(describeFault(error));
    return 'Failed';
  }
}

/** Does what a line asks for; what cannot be done fails the step, as on the real agent. */
function obey(line: string, scope: CommandScope, lower: (result: Result) => void): void {
  const { log } = scope;
  const command = parseLoggingCommand(line);
  if (!command) {
    log.warning(
      `'${line}' contains logging command keyword '##vso', but it's not a legal command. Please see the list of accepted commands: https://go.microsoft.com/fwlink/?LinkId=817296`,
    );
    log.write(line);
    return;
  }
  try {
    runLoggingCommand(command, scope);
  } catch (error) {
    // Not the whole line: what stands behind the bracket may be the secret that was to be hidden.
    log.error(
      `Unable to process command '##vso[${command.area}.${command.event}]' successfully. Please reference documentation (http://go.microsoft.com/fwlink/?LinkId=817296)`,
    );
    log.error(describeFault(error));
    lower('Failed');
  }
}
