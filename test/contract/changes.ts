import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JobSettings, toNames } from '../../packages/core/src/index.ts';
import type { Project } from '../../packages/create-mlops-model/src/declare.ts';
import type { LiveGrant } from '../../packages/create-mlops-model/src/resources/workspace-permission.ts';
import type { Check } from '../../packages/create-mlops-model/src/services/azure-devops/checks.ts';
import type { Definition } from '../../packages/create-mlops-model/src/services/azure-devops/definitions.ts';
import type { Environment } from '../../packages/create-mlops-model/src/services/azure-devops/environments.ts';
import type { VariableGroup } from '../../packages/create-mlops-model/src/services/azure-devops/library.ts';
import type { Policy } from '../../packages/create-mlops-model/src/services/azure-devops/policies.ts';
import type { Repository } from '../../packages/create-mlops-model/src/services/azure-devops/repositories.ts';
import type { Job } from '../../packages/create-mlops-model/src/services/databricks.ts';
import type { Services } from '../../packages/create-mlops-model/src/services/services.ts';

/** Somebody else changes a live object behind our back. */
export interface Meddling {
  readonly services: Services;
  readonly project: Project;
  /** The live object. */
  readonly live: unknown;
  /** Other live objects, by address. */
  readonly lives: ReadonlyMap<string, unknown>;
  readonly address: string;
}

type Change = (meddling: Meddling) => Promise<unknown>;

/** By kind of resource: how it can come to differ; `'cannot differ'` where existing is all there is to it. */
export const CHANGES: Readonly<Record<string, Change | 'cannot differ'>> = {
  file: async ({ services, address }) =>
    writeFileSync(join(services.disk.folder, address.slice('file:'.length)), 'somebody wrote this'),
  'local-repository': ({ services }) => services.git.setOrigin(services.disk.folder, 'http://elsewhere.test/other'),
  repository: 'cannot differ',
  'initial-push': 'cannot differ',
  'service-connection': 'cannot differ',
  'agent-queue': 'cannot differ',
  'pipeline-folder': 'cannot differ',
  'access-entry': 'cannot differ',
  directory: 'cannot differ',
  'workspace-member': 'cannot differ',
  'service-credential': 'cannot differ',
  'git-folder': 'cannot differ',
  pipeline: ({ services, project, live, lives }) => {
    const { id, name, folder, repositoryId, repositoryName, queue } = live as Definition;
    const { id: queueId } = lives.get('agent-queue:Azure Pipelines') as { id: number };
    const { files: _, names } = project;
    const yaml = name === names.pipelines.deploy ? 'pipelines/ci-train/ci.yml' : 'pipelines/deploy/deploy.yml';
    return services.azureDevOps.definitions.update(id, {
      name,
      folder,
      yaml,
      repositoryId,
      repositoryName,
      queue,
      queueId,
    });
  },
  environment: ({ services, live }) => {
    const { id, name } = live as Environment;
    return services.azureDevOps.environments.update(id, name, 'written by a person');
  },
  'variable-group': ({ services, live }) => {
    const group = live as VariableGroup;
    const { name, description } = group;
    return services.azureDevOps.library.updateGroup(group, {
      name,
      description,
      variables: { DATABRICKS_HOST: 'elsewhere' },
    });
  },
  check: async ({ services, live, lives, project }) => {
    const check = live as Check;
    if (check.kind !== 'branch-control') return 'cannot differ';
    const { name, id } = lives.get(`service-connection:${project.names.connections.deploy}`) as {
      name: string;
      id: string;
    };
    const on = { type: 'endpoint', name, id } as const;
    return services.azureDevOps.checks.update(check.id, on, { kind: 'branch-control', branches: ['refs/heads/other'] });
  },
  'pipeline-permission': ({ services, lives, address }) => {
    const [type = '', name = ''] = address.slice('pipeline-permission:'.length).split('/');
    const kind = {
      endpoint: 'service-connection',
      variablegroup: 'variable-group',
      environment: 'environment',
      queue: 'agent-queue',
    }[type];
    const { id } = lives.get(`${kind}:${name}`) as { id: string | number };
    const pipelines = [...lives].flatMap(([other, live]) =>
      other.startsWith('pipeline:') ? [(live as Definition).id] : [],
    );
    return services.azureDevOps.authorizations.set(
      { type: type as 'queue', id: String(id), name },
      pipelines.slice(0, 1),
      false,
    );
  },
  'branch-policy': ({ services, live, lives, project }) => {
    const policy = live as Policy;
    const repository = lives.get(`repository:${toNames(project.manifest).repository}`) as Repository;
    const { settings } = policy;
    const spec =
      policy.kind === 'build'
        ? ({
            kind: 'build',
            definitionId: Number(settings.buildDefinitionId),
            displayName: 'x',
            paths: ['/elsewhere/*'],
          } as const)
        : ({ kind: 'reviewers', count: 4 } as const);
    return services.azureDevOps.policies.update(policy.id, repository.id, 'main', spec);
  },
  job: ({ services, live }) => {
    const { id, settings } = live as Job;
    return services.databricks.resetJob(id, { ...(settings as unknown as JobSettings), timeout_seconds: 7 });
  },
  'job-permission': lowerGrant,
  'directory-permission': lowerGrant,
  'git-folder-permission': lowerGrant,
};

async function lowerGrant({ services, live }: Meddling): Promise<unknown> {
  const { target, principal } = live as LiveGrant;
  const level = target.type === 'jobs' ? 'CAN_VIEW' : 'CAN_READ';
  return services.databricks.grant(target, { principal, level });
}
