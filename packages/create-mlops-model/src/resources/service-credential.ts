import type { Address, Resource, Target, Text } from '@create-mlops-model/core';
import type { ServiceCredential } from '../services/databricks/credentials.ts';
import type { Databricks } from '../services/databricks.ts';
import { ServiceError } from '../services/service-error.ts';
import { carriesMark } from './compare.ts';
import { makeOnce } from './make-once.ts';
import { RIGHTS } from './rights.ts';

/** How the notebooks sign in to the tracking server. */
export interface ServiceCredentialResourceSpec {
  readonly name: string;
  readonly mark: string;
  readonly target: Target;
}

/** A credential, or that we may not look. */
export type LiveCredential = ServiceCredential | 'unseen';

/** Found by its name. Made against the sandbox only: on Azure it stands for an identity that people decide about. */
export function serviceCredentialResource(
  spec: ServiceCredentialResourceSpec,
  { credentials }: Databricks,
): Resource<LiveCredential> {
  const address: Address = `service-credential:${spec.name}`;
  const read = async (): Promise<LiveCredential | undefined> => {
    try {
      return await credentials.find(spec.name);
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'forbidden') return 'unseen';
      throw error;
    }
  };
  return {
    address,
    needs: [],
    right: RIGHTS.credential,
    read,
    isOurs: (live) => live !== 'unseen' && carriesMark(live.comment, spec.mark),
    diff: () => [],
    remark: (live) => (live === 'unseen' ? UNSEEN : undefined),
    missingStep: () => (spec.target.kind === 'sandbox' ? undefined : toStep(spec.name)),
    create: () =>
      makeOnce<LiveCredential>(
        () => credentials.create({ name: spec.name, comment: spec.mark, connector: toConnector(spec) }),
        read,
      ),
    update: (live) => Promise.resolve(live),
    async remove(live) {
      if (live !== 'unseen') await credentials.remove(live.name);
    },
  };
}

/** Azure's id of a connector as there would be one; on the sandbox nothing else refers to it. */
function toConnector({ name, target }: ServiceCredentialResourceSpec): string {
  return `/subscriptions/${target.organization}/resourceGroups/${target.project}/providers/Microsoft.Databricks/accessConnectors/${name}`;
}

function toStep(name: string): Text {
  return {
    en: `In Azure, make an access connector for Azure Databricks and give its managed identity the role "AzureML Data Scientist" on the machine-learning workspace. In Databricks, open Catalog › External data › Credentials, create a service credential named "${name}" on that connector, and grant ACCESS to whoever runs the jobs.`,
    fr: `Dans Azure, créez un connecteur d’accès pour Azure Databricks et donnez à son identité managée le rôle « AzureML Data Scientist » sur l’espace de travail d’apprentissage automatique. Dans Databricks, ouvrez Catalogue › Données externes › Identifiants, créez sur ce connecteur un identifiant de service nommé « ${name} », et accordez ACCESS à qui exécute les tâches.`,
  };
}

const UNSEEN = {
  en: 'whether it exists cannot be seen from here: that takes ACCESS on the credential, which the jobs need as well.',
  fr: 'on ne peut pas voir d’ici s’il existe : il faut pour cela ACCESS sur l’identifiant, dont les tâches ont aussi besoin.',
};
