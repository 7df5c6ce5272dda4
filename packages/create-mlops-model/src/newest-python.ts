import { questions } from '@create-mlops-model/core';
import type { Environment } from './services/http-agents.ts';
import type { Shell } from './services/shell.ts';

/**
 * The newest Python on PATH that a model can be made for, as `mlops.yaml` names it. What runs on this machine alone needs one that is
 * here; each is asked, because a name on PATH (a shim of pyenv) may stand for nothing.
 */
export async function findNewestPython(shell: Shell, environment: Environment): Promise<string | undefined> {
  const known = questions.find(({ name }) => name === 'python')?.choices?.({}) ?? [];
  const versions = known.map(({ value }) => value);
  const names = [...versions.map((version) => `python${version}`), 'python3'];
  const said = await Promise.all(
    names.map(async (name) => (await shell.run(name, ['--version'], { environment, timeout: 20_000 })).stdout),
  );
  const found = said.map((text) => /^Python (\d+\.\d+)\./.exec(text)?.[1]);
  return versions.findLast((version) => found.includes(version));
}
