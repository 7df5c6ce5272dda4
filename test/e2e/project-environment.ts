import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePythonEnvironment, type PythonEnvironment } from '../peers/python-environment.ts';

const run = promisify(execFile);

/** What `scripts/setup.py` would install for a project, from a cache that other tests share. */
export function ensureProjectEnvironment(project: string): Promise<PythonEnvironment> {
  return ensurePythonEnvironment(listPins(join(project, 'requirements'), 'dev.txt'));
}

/**
 * Makes a folder of programs for PATH whose `python3` finds a project's packages at hand when it runs `scripts/setup.py`, as after a first
 * download: the script itself runs, and has nothing left to fetch.
 */
export async function makePythonAtHand(project: string, programs: string): Promise<void> {
  const { python } = await ensureProjectEnvironment(project);
  const { stdout } = await run(python, [
    '-c',
    'import sys, sysconfig; print(sys._base_executable, sysconfig.get_path("purelib"))',
  ]);
  const [real = '', packages = ''] = stdout.trim().split(' ');
  const site = packages.replace(/^.*\/lib\//, '.venv/lib/');
  mkdirSync(programs, { recursive: true });
  // Whichever of them `mlops.yaml` names.
  for (const name of ['python3.11', 'python3.12', 'python3.13', 'python3']) {
    const lines = [
      '#!/bin/sh',
      'if [ "$1" = scripts/setup.py ] && [ ! -e .venv ]; then',
      `  '${real}' -m venv --without-pip .venv && echo '${packages}' > "${site}/at-hand.pth"`,
      'fi',
      `exec '${real}' "$@"`,
    ];
    writeFileSync(join(programs, name), `${lines.join('\n')}\n`);
    chmodSync(join(programs, name), 0o755);
  }
}

/** The pins of a requirements file and of those it includes. */
function listPins(folder: string, name: string): string[] {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n');
  const pins = lines.flatMap((line) => {
    const included = /^-r (\S+)$/.exec(line)?.[1];
    if (included !== undefined) return listPins(folder, included);
    return line === '' || line.startsWith('#') ? [] : [line];
  });
  return [...new Set(pins)].sort();
}
