import type { Manifest } from './manifest.ts';

/**
 * `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`, 3–40 characters: what all places that see the name allow in common.
 *
 * | place | its rule | source |
 * |---|---|---|
 * | Azure DevOps repository | ≤ 64, none of `/ : \ ~ & % ; @ ' " ? < > \| # $ * } { , + = [ ]` | learn.microsoft.com, DevOps naming restrictions |
 * | Kubernetes Deployment, Service, namespace | RFC 1035 label: `[a-z]([-a-z0-9]*[a-z0-9])?`, ≤ 63 | kubernetes.io, object names |
 * | image repository | `[a-z0-9]+([._-][a-z0-9]+)*` | OCI distribution specification |
 * | MLflow experiment and registered model (Azure ML) | `[a-zA-Z0-9][a-zA-Z0-9_.-]*`, ≤ 255 | Azure resource name rules |
 * | Databricks path, folder on a laptop | no separator; on Windows no device name | learn.microsoft.com, naming files |
 * | YAML readers | not `true`, `null`, `yes` … | YAML 1.1 types |
 *
 * 40 leaves room for the longest suffix (`-integration`) within the shortest limit.
 */
export const MODEL_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Shortest and longest model name, characters. */
export const MODEL_NAME_LENGTH = { min: 3, max: 40 } as const;

const DEVICE_NAME = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/** Words that some system keeps for itself: YAML 1.1 values, Azure DevOps reserved names, Kubernetes' own namespaces. */
const RESERVED = /^(true|false|null|yes|off|nan|server|signalr|defaultcollection|web|bin|default|kube-.*)$/;

/** Whether the word means something else to Windows, YAML, Azure DevOps or Kubernetes. */
export function isReservedName(name: string): boolean {
  return DEVICE_NAME.test(name) || RESERVED.test(name);
}

/** Whether the text can be a model's name. */
export function checkModelName(name: string): boolean {
  const fits = name.length >= MODEL_NAME_LENGTH.min && name.length <= MODEL_NAME_LENGTH.max;
  return fits && MODEL_NAME.test(name) && !isReservedName(name);
}

/** The nearest valid model name to any text: `Prévision des crues (été)` → `prevision-des-crues-ete`. */
export function proposeModelName(text: string): string {
  const words = text
    .slice(0, 1000)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/œ/g, 'oe')
    .replace(/æ/g, 'ae')
    .replace(/ß/g, 'ss')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const started = words === '' ? 'my-model' : /^[a-z]/.test(words) ? words : `model-${words}`;
  const long = started.length < MODEL_NAME_LENGTH.min || isReservedName(started) ? `model-${started}` : started;
  if (long.length <= MODEL_NAME_LENGTH.max) return long;
  const head = long.slice(0, MODEL_NAME_LENGTH.max + 1);
  // Cut between words where that keeps most of the name.
  const cut = head.lastIndexOf('-') > MODEL_NAME_LENGTH.max / 2 ? head.lastIndexOf('-') : MODEL_NAME_LENGTH.max;
  const short = head.slice(0, cut).replace(/-+$/, '');
  return isReservedName(short) ? 'my-model' : short;
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
  /** Service credential or scope of secrets by which notebooks sign in to the tracking server. */
  readonly trackingAccess: string;
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
    trackingAccess: databricks.tracking.name || `${model}-tracking`,
    experiment: model,
    registeredModel: model,
    namespace: azure.namespace || model,
    image: model,
  };
}
