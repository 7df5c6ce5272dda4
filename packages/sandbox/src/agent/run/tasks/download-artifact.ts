import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { listFiles, parsePatterns, toListMatcher } from '../file-pattern.ts';
import { type Task, TaskError, type TaskRun } from '../task.ts';

/** An artifact to take, and where it goes. */
interface Wanted {
  readonly name: string;
  readonly target: string;
  /** What its files' paths begin with when patterns are applied. */
  readonly prefix: string;
}

/** `DownloadPipelineArtifact@2`, and `download:` for short: of this run, or of the run behind an alias. */
export const runDownloadArtifact: Task = async (run) => {
  const source = (run.input('buildType') || run.input('source') || 'current').toLowerCase();
  const alias = run.input('alias');
  if (source !== 'current' && alias === '') {
    throw new TaskError(
      'DownloadPipelineArtifact@2 on this agent takes artifacts of the current run, or of a run that resources.pipelines names.',
    );
  }
  const patterns = parsePatterns(run.input('itemPattern') || run.input('patterns') || '**');
  const wanted = listWanted(run, alias === '' ? undefined : alias);
  let count = 0;
  for (const one of wanted) count += await take(run, one, alias === '' ? undefined : alias, patterns);
  run.log.write(`Downloading artifact finished. Files: ${count}`);
  return 'Succeeded';
};

function listWanted(run: TaskRun, alias: string | undefined): readonly Wanted[] {
  const variable = (name: string) => run.job.variables.find(name)?.value ?? '';
  const asked = run.input('targetPath') || run.input('path') || variable('Pipeline.Workspace');
  const target = resolve(variable('System.DefaultWorkingDirectory'), asked);
  const name = run.input('artifactName') || run.input('artifact');
  // One that is named fills the folder; of several each gets its own.
  if (name !== '') return [{ name, target, prefix: '' }];
  return run.job.work.host
    .listArtifacts(alias)
    .map((each) => ({ name: each, target: join(target, each), prefix: `${each}/` }));
}

async function take(
  run: TaskRun,
  { name, target, prefix }: Wanted,
  alias: string | undefined,
  patterns: readonly string[],
): Promise<number> {
  const folder = run.job.work.host.findArtifact(name, alias);
  if (folder === undefined) {
    const build = run.job.variables.find('Build.BuildId')?.value ?? '';
    throw new TaskError(
      `Artifact ${name} was not found for ${alias === undefined ? `build ${build}` : `the run of ${alias}`}.`,
    );
  }
  run.log.write(`Download artifact to: ${target}`);
  const matches = toListMatcher(patterns);
  const files = (await listFiles(folder))
    .map((file) => relative(folder, file))
    .filter((file) => matches(prefix + file));
  for (const file of files) {
    await mkdir(dirname(join(target, file)), { recursive: true });
    await copyFile(join(folder, file), join(target, file));
    if (run.stop.aborted) break;
  }
  await mkdir(target, { recursive: true });
  return files.length;
}
