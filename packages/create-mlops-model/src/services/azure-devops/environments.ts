import type { Connect, Session } from './session.ts';

/** A deployment environment. */
export interface Environment {
  readonly id: number;
  readonly name: string;
  readonly description: string;
}

/** Deployment environments. YAML makes them only when it is edited in the portal, so they are made here. */
export interface Environments {
  find(name: string): Promise<Environment | undefined>;
  /** @throws ServiceError `EnvironmentExistsException` */
  create(name: string, description: string): Promise<Environment>;
  update(id: number, name: string, description: string): Promise<Environment>;
  remove(id: number): Promise<void>;
}

/** The real ones. */
export function makeEnvironments(connect: Connect): Environments {
  const withSession = async <Value>(use: (session: Session) => Promise<Value>) => use(await connect());
  return {
    find: (name) =>
      withSession(async ({ clients, project }) => {
        const list = await clients.tasks.getEnvironments(project.id, name);
        const found = list.find((each) => each.name?.toLowerCase() === name.toLowerCase());
        return found && toEnvironment(found);
      }),
    create: (name, description) =>
      withSession(async ({ clients, project }) =>
        toEnvironment(await clients.tasks.addEnvironment({ name, description }, project.id)),
      ),
    update: (id, name, description) =>
      withSession(async ({ clients, project }) =>
        toEnvironment(await clients.tasks.updateEnvironment({ name, description }, project.id, id)),
      ),
    remove: (id) => withSession(({ clients, project }) => clients.tasks.deleteEnvironment(project.id, id)),
  };
}

function toEnvironment(answer: { id?: number; name?: string; description?: string }): Environment {
  return { id: answer.id ?? 0, name: answer.name ?? '', description: answer.description ?? '' };
}
