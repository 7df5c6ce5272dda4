import { toGuid } from '../../identities.ts';
import type { Scene } from '../pull-request-policies.ts';
import type { Build, Definition, Organization, Project, Repository } from '../state.ts';
import type { RunReason } from './run-request.ts';

/** Of whom and what a run is. */
export interface RunFacts {
  readonly project: Project;
  readonly definition: Definition;
  readonly repository: Repository;
  readonly branch: string;
  readonly commitId: string;
  readonly reason: RunReason;
  readonly requestedBy: string;
  readonly requestedFor: string;
}

/** Variables that are known before a run is made, and that template expressions may use (MicrosoftDocs build/variables). */
export function toKnownVariables(scene: Scene, facts: RunFacts): Readonly<Record<string, string>> {
  const { organization, world } = scene;
  const { project, definition, repository, branch, commitId, reason } = facts;
  const collection = `${world.origin()}/${organization.name}/`;
  const person = (id: string) => world.identities().find((identity) => identity.id === id);
  return {
    'Build.DefinitionName': definition.name,
    'Build.DefinitionId': String(definition.id),
    'Build.DefinitionVersion': String(definition.revision),
    'Build.DefinitionFolderPath': definition.path,
    'Build.QueuedBy': person(facts.requestedBy)?.displayName ?? '',
    'Build.QueuedById': facts.requestedBy,
    'Build.Reason': reason.charAt(0).toUpperCase() + reason.slice(1),
    'Build.Repository.ID': repository.id,
    'Build.Repository.Name': repository.name,
    'Build.Repository.Provider': 'TfsGit',
    'Build.Repository.Uri': `${collection}${encodeURIComponent(project.name)}/_git/${encodeURIComponent(repository.name)}`,
    'Build.RequestedFor': person(facts.requestedFor)?.displayName ?? '',
    'Build.RequestedForEmail': person(facts.requestedFor)?.account ?? '',
    'Build.RequestedForId': facts.requestedFor,
    'Build.SourceBranch': branch,
    'Build.SourceBranchName': branch.split('/').at(-1) ?? '',
    'Build.SourceVersion': commitId,
    'System.CollectionId': organization.id,
    'System.CollectionUri': collection,
    'System.DefinitionId': String(definition.id),
    'System.DefinitionName': definition.name,
    'System.HostType': 'build',
    'System.ServerType': 'Hosted',
    'System.TeamFoundationCollectionUri': collection,
    'System.TeamProject': project.name,
    'System.TeamProjectId': project.id,
  };
}

/** Id of a run's plan, and of its timeline. */
export function toPlanId({ id: organizationId }: Organization, { id }: Pick<Build, 'id'>): string {
  return toGuid(`plan:${organizationId}:${id}`);
}

/** What a run adds to these when it has a number. */
export function toRunVariables(
  organization: Organization,
  build: Pick<Build, 'id' | 'number'>,
): Readonly<Record<string, string>> {
  return {
    'Build.BuildId': String(build.id),
    'Build.BuildNumber': build.number,
    'Build.BuildUri': `vstfs:///Build/Build/${build.id}`,
    'Build.ContainerId': String(build.id),
    'System.PlanId': toPlanId(organization, build),
    'System.TimelineId': toPlanId(organization, build),
  };
}
