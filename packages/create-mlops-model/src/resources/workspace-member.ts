import type { Address, Ref, Resource } from '@create-mlops-model/core';
import type { ServiceConnection } from '../services/azure-devops/connections.ts';
import type { Databricks } from '../services/databricks.ts';
import { ServiceError } from '../services/service-error.ts';
import { makeOnce } from './make-once.ts';
import { RIGHTS } from './rights.ts';

/** Whether the identity behind a connection is a member of the Databricks workspace. */
export interface LiveMember {
  /** `unseen`: the connection names no application, or we may not look. */
  readonly state: 'member' | 'unseen';
  /** Application id; empty where the connection names none. */
  readonly principal: string;
}

/** Address of a member. */
export function memberAddress(connectionName: string): Address {
  return `workspace-member:${connectionName}`;
}

/**
 * The identity behind a service connection as a member of the workspace: without it nothing can be granted to it.
 * Never removed: other models may use the same identity.
 */
export function workspaceMemberResource(
  spec: { readonly connectionName: string; readonly connection: Ref<ServiceConnection> },
  databricks: Databricks,
): Resource<LiveMember> {
  const find = async (principal: string): Promise<LiveMember | undefined> => {
    if (principal === '') return { state: 'unseen', principal };
    try {
      return (await databricks.isMember(principal)) ? { state: 'member', principal } : undefined;
    } catch (error) {
      // Whoever may not look at members may still be granted access to objects.
      if (error instanceof ServiceError && error.code === 'forbidden') return { state: 'unseen', principal };
      throw error;
    }
  };
  const add = async (principal: string): Promise<LiveMember> => {
    await databricks.addMember(principal, spec.connectionName);
    return { state: 'member', principal };
  };
  return {
    address: memberAddress(spec.connectionName),
    needs: [spec.connection.address],
    right: RIGHTS.member,
    async read(lives) {
      const connection = await lives.find(spec.connection);
      return connection && find(connection.principal);
    },
    isOurs: () => true,
    diff: () => [],
    remark: ({ state }) => (state === 'unseen' ? UNSEEN : undefined),
    async create(lives) {
      const { principal } = lives.get(spec.connection);
      if (principal === '') return { state: 'unseen', principal };
      return makeOnce(
        () => add(principal),
        () => find(principal),
      );
    },
    update: (live) => Promise.resolve(live),
  };
}

const UNSEEN = {
  en: 'whether its identity is a member of the Databricks workspace cannot be seen from here; an administrator of the workspace can tell.',
  fr: 'on ne peut pas voir d’ici si son identité est membre de l’espace de travail Databricks ; son administration peut le dire.',
};
