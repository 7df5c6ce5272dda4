import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inheritEnvironment } from '../agent/run/step-environment.ts';
import { relocate } from '../cluster/node/relocate.ts';
import { toShell } from './check-run.ts';
import { DockerError } from './docker-error.ts';
import type { BuildStep } from './plan-build.ts';

/** Where a `RUN` runs. */
export interface RunPlace {
  /** Folder that stands for the image's root. */
  readonly root: string;
  /** Folder of `python`, `pip` and what stands in for them; after the image's own. */
  readonly programs: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Runs a command of the Dockerfile on this machine, its paths led to the image's files. @throws DockerError if it fails */
export async function runCommand(step: BuildStep & { kind: 'run' }, place: RunPlace): Promise<void> {
  const { root, programs, environment } = place;
  const folder = join(root, step.folder);
  mkdirSync(folder, { recursive: true });
  const { PATH = '', ...own } = step.environment;
  const at = { root, ports: new Map<number, number>() };
  const moved = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, relocate(value, at)]));
  const inImage = PATH.split(':').map((entry) => join(root, entry));
  const env = {
    ...inheritEnvironment(environment),
    ...moved,
    PATH: [...inImage, programs, environment.PATH ?? ''].join(delimiter),
    // Equal packages give equal files: no times and no random order in what Python compiles.
    SOURCE_DATE_EPOCH: '315532800',
    PYTHONHASHSEED: '0',
  };
  // In the group of whoever called: a step that is stopped ends it too.
  const child = spawn('sh', ['-c', toShell(step.command, root)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (ended) => resolve(ended ?? 1));
  });
  if (code !== 0)
    throw new DockerError(`Dockerfile:${step.line}: RUN ${step.command.slice(0, 300)} ended with exit code ${code}.`);
}

/** Makes the folder of programs that a base has. @param python the interpreter that stands for it */
export function writePrograms(folder: string, python: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const quoted = `'${python.replaceAll("'", "'\\''")}'`;
  const refusal =
    'apt-get is not run: the image is run as a process, not as a container, and uses the libraries of this machine. Install on this machine what the line names.';
  const programs = {
    python: `exec ${quoted} "$@"`,
    python3: `exec ${quoted} "$@"`,
    pip: `exec ${quoted} -m pip "$@"`,
    'apt-get': `echo '${refusal}' >&2\nexit 100`,
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o700);
  }
}
