import { createHash } from 'node:crypto';
import type { Address, Resource, Target, Text } from '@create-mlops-model/core';
import type { ServiceConnection } from '../services/azure-devops/connections.ts';
import type { AzureDevOps } from '../services/azure-devops.ts';
import { carriesMark } from './compare.ts';
import { makeOnce } from './make-once.ts';
import { RIGHTS } from './rights.ts';

/** A connection that the pipelines sign in to Azure with. */
export interface ServiceConnectionResourceSpec {
  readonly name: string;
  readonly mark: string;
  readonly target: Target;
  /** What its identity is for, in the step for the person who makes it. */
  readonly purpose: Text;
}

/** Found by its name. Made against the sandbox only: on Azure it stands for an identity that people decide about. */
export function serviceConnectionResource(
  spec: ServiceConnectionResourceSpec,
  devops: AzureDevOps,
): Resource<ServiceConnection> {
  const address: Address = `service-connection:${spec.name}`;
  const read = () => devops.connections.find(spec.name);
  return {
    address,
    needs: [],
    right: RIGHTS.connection,
    read,
    isOurs: (live) => carriesMark(live.description, spec.mark),
    diff: (live) => (live.type === 'azurerm' ? [] : [{ field: 'type', from: live.type, to: 'azurerm' }]),
    missingStep: () => (spec.target.kind === 'sandbox' ? undefined : toStep(spec)),
    create: () =>
      makeOnce(
        () =>
          devops.connections.create({
            name: spec.name,
            description: spec.mark,
            tenant: toGuid(`tenant of ${spec.target.organization}`),
            principal: toGuid(`${spec.mark} ${spec.name}`),
            subscription: toGuid(`subscription of ${spec.target.organization}`),
            subscriptionName: spec.target.organization,
          }),
        read,
      ),
    // The type of a connection cannot be changed, and it differs only where somebody else made it.
    update: (live) => Promise.resolve(live),
    remove: (live) => devops.connections.remove(live.id),
  };
}

function toStep({ name, target, purpose }: ServiceConnectionResourceSpec): Text {
  const url = `${target.organizationUrl}/${encodeURIComponent(target.project)}/_settings/adminservices`;
  const en = typeof purpose === 'string' ? purpose : purpose.en;
  const fr = typeof purpose === 'string' ? purpose : purpose.fr;
  return {
    en: `Open ${url}, choose New service connection › Azure Resource Manager › App registration or managed identity (workload identity federation), name it "${name}", and leave "Grant access permission to all pipelines" off. ${en}`,
    fr: `Ouvrez ${url}, choisissez Nouvelle connexion de service › Azure Resource Manager › Inscription d’application ou identité managée (fédération d’identité de charge de travail), nommez-la « ${name} », et laissez « Accorder l’autorisation d’accès à tous les pipelines » décoché. ${fr}`,
  };
}

/** An id that is the same for the same text on every machine. */
function toGuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
