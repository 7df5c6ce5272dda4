import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findMatches, parsePatterns } from '../file-pattern.ts';
import type { TestCase } from '../job-work.ts';
import { readJunit } from '../read-junit.ts';
import { isTrue, type Task, TaskError, type TaskRun } from '../task.ts';

/** `PublishTestResults@2` for files of JUnit's form. */
export const runPublishTestResults: Task = async (run) => {
  const format = run.input('testResultsFormat') || run.input('testRunner') || 'JUnit';
  if (format.toLowerCase() !== 'junit')
    throw new TaskError(`PublishTestResults@2 reads JUnit on this agent, not ${format}.`);
  const patterns = parsePatterns(run.input('testResultsFiles') || '**/TEST-*.xml');
  const sources = run.job.variables.find('System.DefaultWorkingDirectory')?.value ?? '';
  const files = await findMatches(resolve(sources, run.input('searchFolder')), patterns);
  if (files.length === 0) {
    const message = `No test result files matching '[ ${patterns.join(', ')} ]' were found.`;
    if (isTrue(run.input('failTaskOnMissingResultsFile'))) throw new TaskError(message);
    run.log.warning(message);
    return 'Succeeded';
  }
  const read = await Promise.all(files.map((file) => readFileOfResults(run, file)));
  const found = read.filter((cases) => cases !== undefined);
  if (found.length < read.length && isTrue(run.input('failTaskOnFailureToPublishResults'))) {
    throw new TaskError('Test results could not be read; see the warnings above.');
  }
  publish(run, isTrue(run.input('mergeTestResults')) && found.length > 0 ? [found.flat()] : found);
  const hasFailed = found.flat().some(({ outcome }) => outcome === 'Failed');
  if (!hasFailed || !isTrue(run.input('failTaskOnFailedTests'))) return 'Succeeded';
  throw new TaskError(
    'There are one or more test failures detected in result files. Detailed summary of published test results can be viewed in the Tests tab.',
  );
};

async function readFileOfResults(run: TaskRun, file: string): Promise<readonly TestCase[] | undefined> {
  try {
    const { mask } = run.job.masker;
    const cases = readJunit(await readFile(file, 'utf8'));
    return cases.map((one) => ({
      ...one,
      name: mask(one.name),
      className: mask(one.className),
      ...(one.message === undefined ? {} : { message: mask(one.message) }),
    }));
  } catch (error) {
    run.log.warning(`Failed to read ${file}. Error: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function publish(run: TaskRun, runs: readonly (readonly TestCase[])[]): void {
  const title = run.input('testRunTitle') || 'JUnit_TestResults';
  for (const [index, cases] of runs.entries()) {
    const name = runs.length === 1 ? title : `${title}_${index + 1}`;
    const count = (outcome: TestCase['outcome']) => cases.filter((one) => one.outcome === outcome).length;
    run.job.work.host.publishTestRun(run.job.masker.mask(name), cases);
    run.log.write(
      `Published ${name}: ${cases.length} tests, ${count('Passed')} passed, ${count('Failed')} failed, ${count('NotExecuted')} not run.`,
    );
  }
}
