import type { ExitCode } from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import type { GitFolder } from '../services/databricks.ts';
import type { Services } from '../services/services.ts';
import { leaveBranch, type MergedFeature, removeBranch } from './clean-up.ts';
import type { FeatureRepository } from './finish-feature.ts';

/** The branch is merged: what was made for it goes. */
export async function cleanUp(
  context: CommandContext,
  services: Services,
  repository: FeatureRepository,
  merged: MergedFeature,
): Promise<ExitCode> {
  const { terminal, translate, flags } = context;
  const { branch, pullRequest, gitFolder } = merged;
  const id = String(pullRequest.id);
  const document = { schema: 1, kind: 'feature', action: 'clean-up', dryRun: flags.dryRun, branch } as const;
  terminal.print(translate('feature.merged', { id, branch }));
  if (flags.dryRun) {
    const folder = gitFolder === undefined ? [] : [gitFolder.path];
    terminal.print(translate('feature.cleanUp.dryRun', { list: [branch, ...folder].join(', ') }));
    context.printDocument({ ...document, pullRequest: { id: pullRequest.id } });
    return 0;
  }
  const removed = gitFolder !== undefined && (await removeFolder(context, services, gitFolder));
  await removeBranch(services, repository, merged);
  terminal.print(translate('feature.cleanUp.branch', { branch }));
  context.printDocument({
    ...document,
    pullRequest: { id: pullRequest.id },
    ...(removed ? { gitFolder: gitFolder.path } : {}),
  });
  return 0;
}

/** No service tells what is not committed in a Git folder, so a person says that it may go. */
async function removeFolder(
  { terminal, translate, flags }: CommandContext,
  services: Services,
  folder: GitFolder,
): Promise<boolean> {
  const { path } = folder;
  const isAgreed = flags.yes || (await terminal.confirm(translate('feature.cleanUp.ask', { path })));
  await leaveBranch(services, folder, translate);
  if (isAgreed) await services.databricks.removeGitFolder(folder.id);
  terminal.print(translate(isAgreed ? 'feature.cleanUp.folder' : 'feature.cleanUp.kept', { path }));
  return isAgreed;
}
