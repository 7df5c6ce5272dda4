import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Files, Manifest } from '../../packages/core/src/index.ts';
import { renderProject, writeProject } from '../../scripts/render.ts';
import { ensurePythonEnvironment, type PythonEnvironment } from '../peers/python-environment.ts';

/** A rendered project on disk, with the environments that its requirements name. */
export interface PythonProject {
  readonly folder: string;
  readonly files: Files;
  readonly environment: PythonEnvironment;
  /** Azure ML's inference server, in an environment of its own. */
  readonly contract: PythonEnvironment;
}

/** What a program wrote, and its exit code. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Renders a project into a temporary folder, with git, and makes or finds its environments. */
export async function createPythonProject(manifest: Manifest): Promise<PythonProject> {
  const files = await renderProject(manifest);
  const folder = mkdtempSync(join(tmpdir(), `mlops-${manifest.model.name}-`));
  writeProject(files, folder);
  await runProgram('git', ['init', '--quiet', folder], folder);
  await runProgram('git', ['add', '--all'], folder);
  const environment = await ensurePythonEnvironment(listPins(files, 'dev.txt'));
  const contract = await ensurePythonEnvironment(listPins(files, 'contract.txt'));
  return { folder, files, environment, contract };
}

/** The pins of a requirements file and of those it includes, sorted, each once. */
export function listPins(files: Files, name: string): readonly string[] {
  const lines = files.get(`requirements/${name}`)?.contents.split('\n') ?? [];
  const pins = lines.flatMap((line) => {
    const included = /^-r (\S+)$/.exec(line)?.[1];
    if (included !== undefined) return listPins(files, included);
    return line === '' || line.startsWith('#') ? [] : [line];
  });
  return [...new Set(pins)].sort();
}

/** Runs Python in the project as the checks of a pull request do. */
export function runPython(project: PythonProject, ...args: string[]): Promise<Ended> {
  return runProgram(project.environment.python, args, project.folder, {
    CONTRACT_PYTHON: project.contract.python,
    PYTHONDONTWRITEBYTECODE: '1',
  });
}

/** Runs a program to its end, whatever that is. */
export function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, ...environment }, maxBuffer: 64 * 1024 * 1024 };
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
      resolve({ code, output: `${stdout}\n${stderr}` });
    });
  });
}

/** Whether `python3` is one that the generated repository works with. */
export function hasPython(): boolean {
  try {
    const test = 'import sys, venv; sys.exit(sys.version_info < (3, 11))';
    execFileSync('python3', ['-c', test], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
