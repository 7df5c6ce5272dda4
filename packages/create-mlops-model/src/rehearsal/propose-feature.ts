import { finishFeature, inspectFeature } from '../feature/finish-feature.ts';
import { goToBranch } from '../feature/go-to-branch.ts';
import { startFeature, toFeatureFolder } from '../feature/start-feature.ts';
import { cloneModel } from '../join/clone-model.ts';
import type { Repository } from '../services/azure-devops/repositories.ts';
import type { Author } from '../services/git.ts';
import type { Services } from '../services/services.ts';
import type { Session } from '../session.ts';
import type { Rehearsal } from './rehearsal.ts';

/** The feature that is rehearsed, its branch, and the folder of the colleague's clone. */
export const NAME = 'first-thought';
export const BRANCH = `feature/${NAME}`;
export const FOLDER = 'feature';
/** A file whose change asks for a training on Databricks. */
const NOTEBOOK = 'notebooks/features.py';

/** The colleague's part, with the same steps as `join`, `feature start` and `feature finish`. @returns the pull request */
export async function proposeFeature(
  { context, disk }: Rehearsal,
  { project, services }: Session,
  repository: Repository,
): Promise<number> {
  const { terminal, translate } = context;
  const { azureDevOps, credential, databricks } = services;
  disk.removeAll([FOLDER]);
  const { displayName, account } = await azureDevOps.getUser();
  const remote = { url: repository.cloneUrl, authorization: await credential.authorization() };
  await cloneModel(services, remote, { name: displayName, email: account }, context);
  const main = (await azureDevOps.repositories.findTip(repository.id, 'main')) ?? '';
  const folder = toFeatureFolder(await databricks.getUser(), project.names.model, NAME);
  await startFeature(services, {
    repositoryId: repository.id,
    cloneUrl: repository.cloneUrl,
    main,
    branch: BRANCH,
    folder,
  });
  terminal.print(translate('rehearse.feature.started', { who: displayName, branch: BRANCH, folder }));
  await goToBranch(services, repository, BRANCH);
  await edit(services, { name: displayName, email: account });
  const feature = await inspectFeature(services, repository, BRANCH, translate);
  const spec = { title: translate('feature.title', { name: NAME }), description: feature.runs.join('\n') };
  const { pullRequest } = await finishFeature(services, repository, feature, spec, translate);
  const url = `${repository.webUrl}/pullrequest/${pullRequest.id}`;
  terminal.print(translate('schedule.opened', { id: String(pullRequest.id), url }));
  return pullRequest.id;
}

async function edit({ disk, git }: Services, author: Author): Promise<void> {
  const text = disk.find(NOTEBOOK)?.contents ?? '';
  const note = '# A thought of a colleague.\n';
  // A run that died may have pushed it already.
  if (!text.endsWith(note)) {
    // The blank lines that the project's formatter wants.
    disk.write(NOTEBOOK, { contents: `${text}\n\n${note}`, executable: false });
    const commit = { paths: [NOTEBOOK], executables: [], message: 'A thought', author: async () => author };
    await git.commit(disk.folder, commit);
  }
}
