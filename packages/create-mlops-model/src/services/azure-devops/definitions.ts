import type { BuildDefinition } from 'azure-devops-node-api/interfaces/BuildInterfaces.js';
import { orMissing } from '../service-error.ts';
import type { Connect, Session } from './session.ts';

/** A pipeline definition that reads its YAML from a repository. */
export interface Definition {
  readonly id: number;
  readonly name: string;
  /** `\mlops\ottawa` */
  readonly folder: string;
  /** Path of the YAML file, without a slash in front; empty for a classic definition. */
  readonly yaml: string;
  readonly repositoryId: string;
  readonly repositoryName: string;
  readonly defaultBranch: string;
  /** Name of the default agent queue. */
  readonly queue: string;
  readonly enabled: boolean;
  /** The triggers of the YAML file count (`settingsSourceType` 2); without such an entry no push starts it. */
  readonly yamlTriggers: boolean;
  /** Schedules in the definition itself: with any, those in YAML are ignored. */
  readonly ownSchedules: number;
  readonly webUrl: string;
}

/** What a definition should be. */
export interface DefinitionSpec {
  readonly name: string;
  readonly folder: string;
  readonly yaml: string;
  readonly repositoryId: string;
  readonly repositoryName: string;
  readonly queueId: number;
  readonly queue: string;
}

/** A pipeline folder. */
export interface PipelineFolder {
  readonly path: string;
  readonly description: string;
}

/** Pipeline folders, definitions and what the server makes of their YAML. */
export interface Definitions {
  findFolder(path: string): Promise<PipelineFolder | undefined>;
  createFolder(path: string, description: string): Promise<PipelineFolder>;
  /** Removes the folder if no definition is left in it. @returns whether it did */
  removeEmptyFolder(path: string): Promise<boolean>;
  /** Name and folder together are unique. */
  find(name: string, folder: string): Promise<Definition | undefined>;
  /** @throws ServiceError `DefinitionExistsException` */
  create(spec: DefinitionSpec): Promise<Definition>;
  /** Sets what the spec says on the newest revision, and keeps the rest. */
  update(id: number, spec: DefinitionSpec): Promise<Definition>;
  remove(id: number): Promise<void>;
  /** The YAML as the server expands it, without starting anything. */
  preview(id: number): Promise<string>;
}

/** Numbers of node-api's enums that we send or read. */
const BUILD = 2;
const DEFINITION = 1;
const ENABLED = 0;
const CONTINUOUS_INTEGRATION = 2;
const SCHEDULE = 8;
const PROJECT_SCOPE = 2;
const FROM_YAML = 2;

/** The real ones. */
export function makeDefinitions(connect: Connect): Definitions {
  const withSession = async <Value>(use: (session: Session) => Promise<Value>) => use(await connect());
  return {
    findFolder: (path) =>
      withSession(async ({ clients, project }) => {
        const folders = (await orMissing(clients.build.getFolders(project.id, path))) ?? [];
        const folder = folders.find((each) => each.path?.toLowerCase() === path.toLowerCase());
        return folder && { path: folder.path ?? path, description: folder.description ?? '' };
      }),
    createFolder: (path, description) =>
      withSession(async ({ clients, project }) => {
        const folder = await clients.build.createFolder({ path, description }, project.id, path);
        return { path: folder.path ?? path, description: folder.description ?? description };
      }),
    removeEmptyFolder: (path) => withSession((session) => removeEmptyFolder(session, path)),
    find: (name, folder) => withSession((session) => find(session, name, folder)),
    create: (spec) =>
      withSession(async ({ clients, project }) =>
        toDefinition(await clients.build.createDefinition(toBody(spec), project.id)),
      ),
    update: (id, spec) =>
      withSession(async ({ clients, project }) => {
        const current = await clients.build.getDefinition(project.id, id);
        const body = { ...current, ...toBody(spec), ...keepTriggers(current), id };
        return toDefinition(await clients.build.updateDefinition(body, project.id, id));
      }),
    remove: (id) => withSession(({ clients, project }) => clients.build.deleteDefinition(project.id, id)),
    preview: (id) =>
      withSession(async ({ clients, project }) => {
        const run = { previewRun: true };
        return (await clients.pipelines.preview(run, project.id, id)).finalYaml ?? '';
      }),
  };
}

async function find(session: Session, name: string, folder: string): Promise<Definition | undefined> {
  const { clients, project } = session;
  const none = undefined;
  // The name may hold wildcards and any case, so equality is checked again.
  const list = await clients.build.getDefinitions(
    project.id,
    name,
    none,
    none,
    none,
    none,
    none,
    none,
    none,
    folder,
    none,
    none,
    true,
  );
  const same = (a: string | undefined, b: string) => a?.toLowerCase() === b.toLowerCase();
  const found = list.find((each) => same(each.name, name) && same(each.path, folder));
  return found && toDefinition(found as BuildDefinition);
}

async function removeEmptyFolder(session: Session, path: string): Promise<boolean> {
  const { clients, project } = session;
  const none = undefined;
  // Deleting a folder deletes the definitions in it, strangers' too.
  const left = await clients.build.getDefinitions(project.id, none, none, none, none, 1, none, none, none, path);
  const folders = await clients.build.getFolders(project.id, path);
  if (left.length > 0 || folders.some((each) => each.path?.startsWith(`${path}\\`))) return false;
  await clients.build.deleteFolder(project.id, path);
  return true;
}

function toBody(spec: DefinitionSpec): BuildDefinition {
  // `process` is typed without the YAML file's name.
  const process = { type: 2, yamlFilename: spec.yaml };
  const trigger = {
    triggerType: CONTINUOUS_INTEGRATION,
    settingsSourceType: FROM_YAML,
    batchChanges: false,
    maxConcurrentBuildsPerBranch: 1,
    branchFilters: [],
    pathFilters: [],
  };
  return {
    name: spec.name,
    path: spec.folder,
    type: BUILD,
    quality: DEFINITION,
    queueStatus: ENABLED,
    process,
    repository: { id: spec.repositoryId, name: spec.repositoryName, type: 'TfsGit', defaultBranch: 'refs/heads/main' },
    queue: { id: spec.queueId },
    triggers: [trigger],
    jobAuthorizationScope: PROJECT_SCOPE,
  };
}

/** Triggers of other kinds stay, but schedules go: with one, the schedules in YAML are ignored. */
function keepTriggers(current: BuildDefinition): BuildDefinition {
  const others = (current.triggers ?? []).filter(
    (trigger) => !isKind(trigger.triggerType, CONTINUOUS_INTEGRATION) && !isKind(trigger.triggerType, SCHEDULE),
  );
  return { triggers: [...others, ...(toBody(EMPTY).triggers ?? [])] };
}

const EMPTY: DefinitionSpec = {
  name: '',
  folder: '',
  yaml: '',
  repositoryId: '',
  repositoryName: '',
  queueId: 0,
  queue: '',
};

/** Lists answer names where single objects answer numbers: node-api has no type information for references' triggers. */
const TRIGGER_NAMES: Readonly<Record<string, number>> = {
  continuousintegration: CONTINUOUS_INTEGRATION,
  schedule: SCHEDULE,
};

function isKind(value: unknown, kind: number): boolean {
  return value === kind || TRIGGER_NAMES[String(value).toLowerCase()] === kind;
}

function toDefinition(answer: BuildDefinition): Definition {
  const process = answer.process as { yamlFilename?: string } | undefined;
  const triggers = (answer.triggers ?? []) as readonly {
    triggerType?: unknown;
    settingsSourceType?: number;
    schedules?: readonly unknown[];
  }[];
  const status = answer.queueStatus as unknown;
  return {
    id: answer.id ?? 0,
    name: answer.name ?? '',
    folder: answer.path ?? '',
    yaml: (process?.yamlFilename ?? '').replace(/^\//, ''),
    repositoryId: answer.repository?.id ?? '',
    repositoryName: answer.repository?.name ?? '',
    defaultBranch: answer.repository?.defaultBranch ?? '',
    queue: answer.queue?.name ?? '',
    enabled: status === undefined || status === ENABLED || status === 'enabled',
    yamlTriggers: triggers.some(
      (each) => isKind(each.triggerType, CONTINUOUS_INTEGRATION) && each.settingsSourceType === FROM_YAML,
    ),
    ownSchedules: triggers.filter((each) => isKind(each.triggerType, SCHEDULE)).length,
    webUrl: (answer._links as { web?: { href?: string } } | undefined)?.web?.href ?? '',
  };
}
