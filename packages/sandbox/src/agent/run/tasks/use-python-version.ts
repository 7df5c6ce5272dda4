import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPythons, type Python } from '../../../python/find-pythons.ts';
import { isTrue, type Task, TaskError, type TaskRun } from '../task.ts';
import { compareVersions, parseRange, parseVersion, type Range } from '../version-range.ts';
import { runTool } from './run-tool.ts';

/**
 * `UsePythonVersion@0`: the newest Python of the range, out of the agent's tool cache. What is on this machine gets into
 * the cache as a virtual environment, so that what a job installs stays on its agent, and nothing else is touched.
 */
export const runUsePythonVersion: Task = async (run) => {
  const spec = run.input('versionSpec') || '3.x';
  const range = parseRange(spec);
  if (!range) {
    throw new TaskError(`Version spec ${spec} is not understood: a range such as 3.12, 3.x or >=3.11 was expected.`);
  }
  const cache = join(run.job.work.folders.tools, 'Python');
  const kept = await findKept(cache, range);
  const version = kept ?? (await addToCache(run, cache, spec, range));
  if (version === undefined) return 'Canceled';
  const folder = join(cache, version, 'x64');
  run.log.write(`Found tool in cache: Python ${version} x64\n${folder}`);
  const location = { value: folder };
  run.job.variables.set(`${run.name}.pythonLocation`, { ...location, isReadOnly: true });
  run.job.outputs.set(`${run.name}.pythonLocation`, location);
  if (run.input('addToPath') === '' || isTrue(run.input('addToPath'))) {
    run.log.write(`Prepending PATH environment variable with directory: ${join(folder, 'bin')}`);
    run.job.paths.unshift(join(folder, 'bin'), folder);
  }
  return 'Succeeded';
};

/** The newest whole version in the cache that is wanted and whose interpreter is still on the machine. */
async function findKept(cache: string, range: Range): Promise<string | undefined> {
  const names = existsSync(cache) ? await readdir(cache) : [];
  const versions = names.flatMap((text) => {
    const version = parseVersion(text);
    const isWhole = existsSync(toMark(cache, text)) && existsSync(join(cache, text, 'x64', 'bin', 'python'));
    return version && isWhole && range(version) ? [{ text, version }] : [];
  });
  return versions.sort((one, other) => compareVersions(other.version, one.version))[0]?.text;
}

/** The tool cache's way to say that a version is whole (microsoft/azure-pipelines-tool-lib). */
function toMark(cache: string, version: string): string {
  return join(cache, version, 'x64.complete');
}

/** Undefined if the step was stopped on the way. */
async function addToCache(run: TaskRun, cache: string, spec: string, range: Range): Promise<string | undefined> {
  const pythons = await findPythons(run.job.inherited);
  for (const python of pythons.filter(({ version }) => range(version))) {
    if (await makeEnvironment(run, cache, python)) return python.text;
    if (run.stop.aborted) return undefined;
  }
  const found = pythons.map(({ text, path }) => `${text} (${path})`).join('\n');
  throw new TaskError(
    `Version spec ${spec} for architecture x64 did not match any version in Agent.ToolsDirectory.\nVersions on this machine:\n${found || 'none'}\nInstall a Python of that version with its venv module, or change the version that the pipeline asks for.`,
  );
}

async function makeEnvironment(run: TaskRun, cache: string, python: Python): Promise<boolean> {
  const folder = join(cache, python.text, 'x64');
  // One without its mark was not finished.
  await rm(join(cache, python.text), { recursive: true, force: true });
  await mkdir(join(cache, python.text), { recursive: true });
  const args = ['-m', 'venv', folder];
  const code = await runTool(run, { command: python.path, args, folder: cache, environment: run.job.inherited });
  if (code !== 0) {
    run.log.warning(`Python ${python.text} (${python.path}) could not make a virtual environment.`);
    return false;
  }
  await writeFile(toMark(cache, python.text), '');
  return true;
}
