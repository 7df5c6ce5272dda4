import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Task, TaskError } from '../task.ts';

/** `PublishPipelineArtifact@1`, and `publish:` for short. */
export const runPublishArtifact: Task = async (run) => {
  const variable = (name: string) => run.job.variables.find(name)?.value ?? '';
  const asked = run.input('targetPath') || run.input('path') || variable('Pipeline.Workspace');
  const path = resolve(variable('System.DefaultWorkingDirectory'), asked);
  const name = run.input('artifactName') || run.input('artifact') || variable('System.JobId');
  if (/[\\/":<>|*?]/.test(name) || name === '') {
    throw new TaskError(
      `Artifact name is not valid: ${name}. It cannot contain '\\', '/', '"', ':', '<', '>', '|', '*', and '?'`,
    );
  }
  if (!existsSync(path)) throw new TaskError(`Path does not exist: ${path}`);
  if (existsSync(join(path, '.artifactignore'))) {
    throw new TaskError(
      `${join(path, '.artifactignore')}: the agent of the sandbox does not read this file yet; take it out, or publish a folder without it.`,
    );
  }
  run.log.write(`Uploading pipeline artifact from ${path} for build #${variable('Build.BuildId')}`);
  await run.job.work.host.publishArtifact(name, path);
  run.log.write('Uploading pipeline artifact finished.');
  return 'Succeeded';
};
