import type { Manifest } from './manifest.ts';

/** `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`, 3–40 characters, no Windows device name: what DevOps, Kubernetes, registry, MLflow, Databricks paths and file systems allow in common. */
export const MODEL_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const DEVICE_NAME = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/** Whether the text can be a model's name. */
export function checkModelName(name: string): boolean {
  return name.length >= 3 && name.length <= 40 && MODEL_NAME.test(name) && !DEVICE_NAME.test(name);
}

/** Every object's name, derived from the manifest alone. */
export interface Names {
  readonly model: string;
  readonly repository: string;
  /** Pipeline folder in Azure DevOps form: `\mlops\ottawa-over-asking`. */
  readonly folder: string;
  readonly pipelines: {
    readonly ci: string;
    readonly checks: string;
    readonly retrain: string;
    readonly deploy: string;
  };
  readonly environments: { readonly integration: string; readonly production: string };
  readonly variableGroups: { readonly ci: string; readonly deploy: string };
  readonly connections: { readonly ci: string; readonly deploy: string };
  /** Databricks workspace paths. */
  readonly databricks: { readonly directory: string; readonly main: string; readonly integration: string };
  readonly jobs: { readonly integration: string; readonly train: string };
  /** MLflow experiment and registered model. */
  readonly experiment: string;
  readonly registeredModel: string;
  readonly namespace: string;
  /** Image repository in the registry; also Deployment and Service. */
  readonly image: string;
}

/** Names as everybody will see them; the same for both targets. */
export function toNames(manifest: Manifest): Names {
  const model = manifest.model.name;
  const { devops, databricks, azure } = manifest;
  const directory = `${databricks.folder.replace(/\/+$/, '')}/${model}`;
  return {
    model,
    repository: devops.repository || model,
    folder: `${devops.folder.replace(/\/+$/, '')}/${model}`.replaceAll('/', '\\'),
    pipelines: { ci: `${model}-ci`, checks: `${model}-checks`, retrain: `${model}-retrain`, deploy: `${model}-deploy` },
    environments: { integration: `${model}-integration`, production: `${model}-production` },
    variableGroups: { ci: `${model}-ci`, deploy: `${model}-deploy` },
    connections: { ci: devops.connections.ci || `${model}-ci`, deploy: devops.connections.deploy || `${model}-deploy` },
    databricks: { directory, main: `${directory}/main`, integration: `${directory}/integration` },
    jobs: { integration: `${model}-integration`, train: `${model}-train` },
    experiment: model,
    registeredModel: model,
    namespace: azure.namespace || model,
    image: model,
  };
}
