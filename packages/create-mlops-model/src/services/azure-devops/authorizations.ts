import { orMissing } from '../service-error.ts';
import type { ProtectedResource } from './checks.ts';
import type { Connect, Session } from './session.ts';

/** Which pipelines may use a protected resource. */
export interface Authorization {
  /** Every pipeline of the project may. */
  readonly all: boolean;
  /** Ids of the definitions that may. */
  readonly pipelines: readonly number[];
}

/** Pipelines' permission to use connections, groups, environments and queues. */
export interface Authorizations {
  read(resource: ProtectedResource): Promise<Authorization>;
  /** Adds or takes away some pipelines; the others stay as they are. One call for all of them. */
  set(resource: ProtectedResource, pipelines: readonly number[], authorized: boolean): Promise<Authorization>;
}

const VERSION = '7.1-preview.1';

interface Answer {
  readonly allPipelines?: { readonly authorized?: boolean } | null;
  readonly pipelines?: readonly { readonly id: number; readonly authorized?: boolean }[];
}

/** The real ones. */
export function makeAuthorizations(connect: Connect): Authorizations {
  const urlOf = (session: Session, { type, id }: ProtectedResource) =>
    `${encodeURIComponent(session.project.name)}/_apis/pipelines/pipelinepermissions/${type}/${encodeURIComponent(id)}`;
  return {
    async read(resource) {
      const session = await connect();
      const call = { method: 'GET', url: urlOf(session, resource), version: VERSION } as const;
      return toAuthorization((await orMissing(session.rest.call<Answer>(call)))?.body);
    },
    async set(resource, pipelines, authorized) {
      const session = await connect();
      const body = { pipelines: pipelines.map((id) => ({ id, authorized })) };
      // Adding twice is adding once, so a lost answer is no danger.
      const call = {
        method: 'PATCH',
        url: urlOf(session, resource),
        version: VERSION,
        body,
        repeatable: true,
      } as const;
      return toAuthorization((await session.rest.call<Answer>(call)).body);
    },
  };
}

function toAuthorization(answer: Answer | undefined): Authorization {
  return {
    all: answer?.allPipelines?.authorized ?? false,
    pipelines: (answer?.pipelines ?? []).filter((each) => each.authorized).map((each) => each.id),
  };
}
