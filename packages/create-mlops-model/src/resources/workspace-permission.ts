import type { Address, Lives, Ref, Resource } from '@create-mlops-model/core';
import type { ServiceConnection } from '../services/azure-devops/connections.ts';
import type { Databricks, Grant, GrantTarget } from '../services/databricks.ts';
import { RIGHTS } from './rights.ts';
import { memberAddress } from './workspace-member.ts';

/** What the identity behind a connection may do with an object of the workspace. */
export interface LiveGrant {
  /** `unknown`: the connection names no application, so the grant is left to people. */
  readonly level: Grant['level'] | 'unknown';
  readonly target: GrantTarget;
  readonly principal: string;
}

/** Which connection's identity gets which level on what. */
export interface WorkspacePermissionSpec {
  /** `job-permission`, `directory-permission`, `git-folder-permission`. */
  readonly kind: string;
  readonly type: GrantTarget['type'];
  /** Name of the job, or path. */
  readonly name: string;
  readonly on: Ref<{ readonly id: number }>;
  readonly connectionName: string;
  readonly connection: Ref<ServiceConnection>;
  readonly level: Grant['level'];
}

/** Levels from weak to strong; the stronger ones include the others. */
const ORDER: readonly Grant['level'][] = [
  'CAN_VIEW',
  'CAN_READ',
  'CAN_RUN',
  'CAN_MANAGE_RUN',
  'CAN_EDIT',
  'CAN_MANAGE',
  'IS_OWNER',
];

/** A grant to the service principal behind one of the two service connections. */
export function workspacePermissionResource(
  spec: WorkspacePermissionSpec,
  databricks: Databricks,
): Resource<LiveGrant> {
  const address: Address = `${spec.kind}:${spec.name}/${spec.connectionName}`;
  const suffices = (level: LiveGrant['level']) =>
    level === 'unknown' || ORDER.indexOf(level) >= ORDER.indexOf(spec.level);
  const grant = async (target: GrantTarget, principal: string): Promise<LiveGrant> => {
    if (principal === '') return { level: 'unknown', target, principal };
    await databricks.grant(target, { principal, level: spec.level });
    return { level: spec.level, target, principal };
  };
  /** Objects with a path are looked up by it at once: a Git folder's own read takes two requests, one after another. */
  const findId = async (lives: Lives): Promise<number | undefined> =>
    (spec.type === 'jobs' ? await lives.find(spec.on) : await databricks.find(spec.name))?.id;
  return {
    address,
    needs: [spec.on.address, spec.connection.address, memberAddress(spec.connectionName)],
    right: RIGHTS.grant,
    lane: spec.on.address,
    async read(lives) {
      const [id, connection] = await Promise.all([findId(lives), lives.find(spec.connection)]);
      if (id === undefined || !connection) return undefined;
      const target = { type: spec.type, id };
      const { principal } = connection;
      if (principal === '') return { level: 'unknown', target, principal };
      const own = (await databricks.listGrants(target)).filter(
        (each) => each.principal.toLowerCase() === principal.toLowerCase(),
      );
      const level = own.map((each) => each.level).sort((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a))[0];
      return level && { level, target, principal };
    },
    isOurs: () => true,
    remark: ({ level }) => (level === 'unknown' ? UNKNOWN : undefined),
    diff: (live) => (suffices(live.level) ? [] : [{ field: 'level', from: live.level, to: spec.level }]),
    create: (lives) => grant({ type: spec.type, id: lives.get(spec.on).id }, lives.get(spec.connection).principal),
    update: (live) => grant(live.target, live.principal),
    async remove(live) {
      if (live.principal !== '') await databricks.revoke(live.target, live.principal);
    },
  };
}

const UNKNOWN = {
  en: 'the connection does not name its application, so nothing was granted; grant it on the object’s own page in Databricks.',
  fr: 'la connexion ne nomme pas son application, rien n’a donc été accordé ; accordez l’accès sur la page de l’objet dans Databricks.',
};
