import { findProject } from '../call.ts';
import { runGit } from '../git.ts';
import { toGitFolder } from '../world.ts';
import { countOnce } from './count-once.ts';
import type { GoingRun } from './going-run.ts';
import { toResourceVariables } from './pipeline-resources.ts';
import { toKnownVariables, toRunVariables } from './predefined-variables.ts';
import { findResources } from './run-resources.ts';
import { addVariables, listDeclared, listOfDefinition, listPredefined, toTexts } from './run-variables.ts';

/** What is found out of a run before its first stage. */
export type PreparedRun = Pick<
  GoingRun,
  'project' | 'definition' | 'repository' | 'variables' | 'takeNumber' | 'resources'
>;

/** Finds what a run stands on, and computes its variables. @throws ExpressionError, and Error for what is gone */
export async function prepareRun(
  room: Pick<GoingRun, 'world' | 'organization' | 'build' | 'pipeline'>,
): Promise<PreparedRun> {
  const { world, organization, build, pipeline } = room;
  const scene = { world, organization };
  const project = findProject(organization, build.projectId);
  const definition = organization.definitions.find(({ id }) => id === build.definitionId);
  const repository = organization.repositories.find(({ id }) => id === build.repositoryId);
  if (!project || !definition || !repository)
    throw new Error('The project, pipeline or repository of the run is gone.');
  const takeNumber = countOnce(organization, definition.id);
  const predefined = {
    ...toKnownVariables(scene, { ...build, project, definition, repository }),
    ...toRunVariables(organization, build),
    ...(await readCommitVariables(toGitFolder(world, repository), build.commitId)),
    ...build.predefined,
    ...toResourceVariables(scene, build),
  };
  const variables = addVariables(
    addVariables(new Map(), listPredefined(predefined), { variables: {} }),
    [
      ...listOfDefinition(organization, definition, build),
      ...listDeclared(organization, project.id, pipeline.variables),
    ],
    { variables: {}, takeNumber, startTime: build.queueTime },
  );
  const finder = { scene, project, definition, pipeline, variables: toTexts(variables) };
  return { project, definition, repository, variables, takeNumber, resources: findResources(finder).byStage };
}

/** Longest message of a commit that becomes a variable (MicrosoftDocs build/variables). */
const LONGEST_MESSAGE = 200;

async function readCommitVariables(folder: string, commitId: string): Promise<Readonly<Record<string, string>>> {
  const text = await runGit(folder, ['log', '-1', '--format=%an%x1f%s', commitId]);
  const [author = '', message = ''] = text.split('\x1f');
  return {
    'Build.SourceVersionAuthor': author,
    'Build.SourceVersionMessage': message.slice(0, LONGEST_MESSAGE),
  };
}
