import type { VariableGroupParameters } from 'azure-devops-node-api/interfaces/TaskAgentInterfaces.js';
import type { Connect, Session } from './session.ts';

/** A group of variables in the project's library. */
export interface VariableGroup {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  /** Plain values by name; a secret's value never comes back and is not listed here. */
  readonly variables: Readonly<Record<string, string>>;
  /** Names of secrets. */
  readonly secrets: readonly string[];
}

/** What a group should hold at least. */
export interface VariableGroupSpec {
  readonly name: string;
  readonly description: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** An agent queue: a pool as the project sees it. */
export interface Queue {
  readonly id: number;
  readonly name: string;
}

/** Variable groups and agent queues. */
export interface Library {
  findGroup(name: string): Promise<VariableGroup | undefined>;
  /** @throws ServiceError `VariableGroupExistsException` */
  createGroup(spec: VariableGroupSpec): Promise<VariableGroup>;
  /** Sets the spec's variables; others and all secrets stay. */
  updateGroup(group: VariableGroup, spec: VariableGroupSpec): Promise<VariableGroup>;
  removeGroup(id: number): Promise<void>;
  findQueue(name: string): Promise<Queue | undefined>;
}

interface Answer {
  readonly id?: number;
  readonly name?: string;
  readonly description?: string;
  readonly variables?: Readonly<Record<string, { readonly value?: string | null; readonly isSecret?: boolean }>>;
}

/** The real one. */
export function makeLibrary(connect: Connect): Library {
  const withSession = async <Value>(use: (session: Session) => Promise<Value>) => use(await connect());
  return {
    findGroup: (name) =>
      withSession(async ({ clients, project }) => {
        // `groupName` takes wildcards and any case.
        const groups = await clients.tasks.getVariableGroups(project.id, name);
        const found = groups.find((group) => group.name?.toLowerCase() === name.toLowerCase());
        return found && toGroup(found as Answer);
      }),
    createGroup: (spec) =>
      withSession(async (session) => {
        const body = toBody(session, spec, toValues(spec.variables));
        return toGroup((await session.clients.tasks.addVariableGroup(body)) as Answer);
      }),
    updateGroup: (group, spec) =>
      withSession(async (session) => {
        // A full replace: a secret sent without a value keeps it, one that is not sent is lost.
        const secrets = Object.fromEntries(group.secrets.map((name) => [name, { isSecret: true }]));
        const values = { ...secrets, ...toValues({ ...group.variables, ...spec.variables }) };
        const answer = await session.clients.tasks.updateVariableGroup(toBody(session, spec, values), group.id);
        return toGroup(answer as Answer);
      }),
    removeGroup: (id) => withSession(({ clients, project }) => clients.tasks.deleteVariableGroup(id, [project.id])),
    findQueue: (name) =>
      withSession(async ({ clients, project }) => {
        const queues = await clients.tasks.getAgentQueuesByNames([name], project.id);
        const found = queues.find((queue) => queue.name?.toLowerCase() === name.toLowerCase());
        return found && { id: found.id ?? 0, name: found.name ?? name };
      }),
  };
}

function toValues(variables: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { value }]));
}

function toBody(session: Session, spec: VariableGroupSpec, variables: object): VariableGroupParameters {
  const { name, description } = spec;
  return {
    name,
    description,
    type: 'Vsts',
    variables: variables as NonNullable<VariableGroupParameters['variables']>,
    // Writes are made at the organisation, and refused without a project.
    variableGroupProjectReferences: [{ name, description, projectReference: session.project }],
  };
}

function toGroup(answer: Answer): VariableGroup {
  const entries = Object.entries(answer.variables ?? {});
  const plain = entries.filter(([, variable]) => !variable.isSecret);
  return {
    id: answer.id ?? 0,
    name: answer.name ?? '',
    description: answer.description ?? '',
    variables: Object.fromEntries(plain.map(([name, variable]) => [name, variable.value ?? ''])),
    secrets: entries.filter(([, variable]) => variable.isSecret).map(([name]) => name),
  };
}
