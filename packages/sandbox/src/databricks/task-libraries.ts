import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { type Fields, isFields } from './body.ts';
import type { TaskWork } from './run-engine.ts';
import { TaskFailure } from './task-failure.ts';
import { findNode, toWorkspacePath } from './workspace-tree.ts';
import type { World } from './world.ts';

/** Lines as pip takes them: all that the task asks for, with the files that other files include. @throws TaskFailure */
export function listLibraries(world: World, { run, taskRun: { task } }: TaskWork): readonly string[] {
  const libraries = Array.isArray(task.libraries) ? task.libraries.filter(isFields) : [];
  const environments = Array.isArray(run.settings.environments) ? run.settings.environments.filter(isFields) : [];
  const spec = environments.find(({ environment_key }) => environment_key === task.environment_key)?.spec;
  const dependencies = isFields(spec) && Array.isArray(spec.dependencies) ? spec.dependencies.map(String) : [];
  const lines = [...libraries.flatMap(toLines), ...dependencies].flatMap((line) => expand(world, line, '/', new Set()));
  return [...new Set(lines)];
}

function toLines(library: Fields): readonly string[] {
  if (typeof library.requirements === 'string') return [`-r ${library.requirements}`];
  if (isFields(library.pypi) && typeof library.pypi.package === 'string') return [library.pypi.package];
  const [kind = ''] = Object.keys(library);
  throw failed(`The sandbox installs libraries of kinds requirements and pypi only, not ${kind}.`);
}

/** A line without its comment; in the place of a file that is included, the file's lines. */
function expand(world: World, line: string, folder: string, seen: ReadonlySet<string>): readonly string[] {
  const text = line.replace(/(^|\s)#.*$/, '').trim();
  if (text === '') return [];
  const file = /^(?:-r|--requirement)[\s=]+(\S.*)$/.exec(text)?.[1];
  if (file === undefined) return [text];
  const path = file.startsWith('/') ? file : posix.join(folder, file);
  const node = path.startsWith('/Workspace/') ? findNode(world, toWorkspacePath(path)) : undefined;
  if (node?.type !== 'FILE') {
    throw failed(`Could not open requirements file ${path}: no such file in the workspace.`);
  }
  if (seen.has(path)) return [];
  const lines = readFileSync(node.disk, 'utf8')
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/);
  return lines.flatMap((one) => expand(world, one, posix.dirname(path), new Set([...seen, path])));
}

function failed(why: string): TaskFailure {
  return new TaskFailure('LIBRARY_INSTALLATION_ERROR', `Library installation failed: ${why}`);
}
