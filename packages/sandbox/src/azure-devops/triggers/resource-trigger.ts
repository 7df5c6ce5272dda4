import type { Data } from '../../agent/tree.ts';
import { isObject, toText } from '../call.ts';
import type { Scene } from '../pull-request-policies.ts';
import { findSourceDefinition } from '../runs/pipeline-resources.ts';
import { queueRun } from '../runs/queue-run.ts';
import type { Build, Definition, Organization } from '../state.ts';
import { fitsRef, toNameFilter } from './name-filter.ts';
import { findDefault, findSource, isEnabled, readEntry } from './read-entry.ts';
import { SERVICE_ID } from './triggers.ts';

type Resource = Readonly<Record<string, Data>>;

/** Starts the pipelines that name the pipeline of a run as a resource with a trigger that the run fits; each once. */
export async function startAfterRun(scene: Scene, build: Build): Promise<void> {
  for (const definition of scene.organization.definitions.filter(isEnabled)) {
    if (definition.id === build.definitionId) continue;
    const repository = findSource(scene, definition);
    const from = repository && findDefault(scene.world, repository, definition);
    if (!from) continue;
    // The filters are those of the default branch, whichever branch runs then (MicrosoftDocs process/pipeline-triggers).
    const entry = await readEntry(scene.world, repository, definition, from.commitId);
    if (entry.kind !== 'read') continue;
    const resource = listResources(entry.head).find((each) => fitsRun(scene.organization, definition, each, build));
    if (!resource) continue;
    const isSame = repository.id === build.repositoryId;
    const at = isSame ? { ref: build.branch, commitId: build.commitId } : from;
    await queue(scene, definition, build, { alias: toText(resource.pipeline), ...at });
  }
}

function listResources(head: Readonly<Record<string, Data>>): readonly Resource[] {
  const { pipelines } = (isObject(head.resources) ? head.resources : {}) as { pipelines?: Data };
  return Array.isArray(pipelines) ? pipelines.filter(isObject).map((each) => each as Resource) : [];
}

function fitsRun(organization: Organization, definition: Definition, resource: Resource, build: Build): boolean {
  const named = toText(resource.project).toLowerCase();
  const project = organization.projects.find(({ id, name }) =>
    named === '' ? id === definition.projectId : id === named || name.toLowerCase() === named,
  );
  const source = project && findSourceDefinition(organization, project.id, toText(resource.source));
  return source?.id === build.definitionId && fitsTrigger(resource.trigger, build);
}

/** No `trigger`: none. `true`: each good run. Stages that are listed have to be good, else the whole run. */
function fitsTrigger(trigger: Data | undefined, build: Build): boolean {
  if (trigger === undefined || /^(none|false)$/i.test(String(trigger))) return false;
  const parts = isObject(trigger) ? (trigger as Resource) : {};
  if (toText(parts.enabled).toLowerCase() === 'false') return false;
  const branches = toNameFilter(Array.isArray(trigger) ? trigger : parts.branches);
  if (branches && !fitsRef(branches, build.branch)) return false;
  if (!toNameFilter(parts.tags)?.include.every((tag) => build.tags.includes(tag)) && parts.tags !== undefined)
    return false;
  const stages = toNameFilter(parts.stages)?.include ?? [];
  if (stages.length === 0) return build.result === 'succeeded';
  return stages.every((name) =>
    build.stages.some((stage) => stage.name.toLowerCase() === name.toLowerCase() && stage.result === 'Succeeded'),
  );
}

interface Target {
  readonly alias: string;
  readonly ref: string;
  readonly commitId: string;
}

async function queue(scene: Scene, definition: Definition, build: Build, { alias, ref, commitId }: Target) {
  const source = scene.organization.definitions.find(({ id }) => id === build.definitionId);
  await queueRun(scene.world, {
    organization: scene.organization,
    definition,
    reason: 'resourceTrigger',
    branch: ref,
    commitId,
    requestedBy: SERVICE_ID,
    requestedFor: build.requestedFor,
    parameters: {},
    variables: {},
    triggerInfo: {
      alias,
      artifactType: 'Pipeline',
      branch: build.branch,
      definitionId: String(build.definitionId),
      pipelineId: String(build.id),
      pipelineTriggerType: 'PipelineCompletion',
      projectId: build.projectId,
      source: source?.name ?? '',
      version: build.number,
    },
    predefined: {},
    pipelineRuns: { [alias]: build.id },
  });
}
