/** What is rolled out. */
export interface Release {
  /** Model version; empty where the deployment does not say. */
  readonly version: string;
  /** Training run of the model. */
  readonly run: string;
  /** Commit of the image's files. */
  readonly commit: string;
  /** With its digest. */
  readonly image: string;
  /** Pods that serve it, and pods that are to. */
  readonly ready: number;
  readonly wanted: number;
  /** The version that deploys must leave in service; absent: whatever main says. */
  readonly held?: string;
}

/** A release that the cluster keeps. */
export interface Revision {
  /** Counts up with each rollout. */
  readonly number: number;
  readonly version: string;
  readonly image: string;
}

interface ApiTemplate {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
}

/** A Deployment; the fields read here. */
export interface ApiDeployment {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly replicas?: number; readonly template: ApiTemplate };
  readonly status?: { readonly updatedReplicas?: number; readonly availableReplicas?: number };
}

/** ReplicaSets; the fields read here. */
export interface ApiReplicaSets {
  readonly items?: readonly {
    readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: { readonly template: ApiTemplate };
  }[];
}

/** A Deployment as a release. @param held label with the version that deploys leave alone */
export function toRelease({ metadata, spec, status }: ApiDeployment, held: string): Release {
  const { replicas = 1, template } = spec;
  const hold = metadata.labels?.[held];
  return {
    version: readAnnotation(template, 'model-version'),
    run: readAnnotation(template, 'model-run'),
    commit: readAnnotation(template, 'commit'),
    image: template.spec.containers[0]?.image ?? '',
    ready: Math.min(status?.updatedReplicas ?? 0, status?.availableReplicas ?? 0),
    wanted: replicas,
    ...(hold === undefined ? {} : { held: hold }),
  };
}

/** ReplicaSets as revisions, newest first. */
export function toRevisions(sets: NonNullable<ApiReplicaSets['items']>): readonly Revision[] {
  return sets
    .map(({ metadata, spec: { template } }) => ({
      number: Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0),
      version: readAnnotation(template, 'model-version'),
      image: template.spec.containers[0]?.image ?? '',
    }))
    .sort((a, b) => b.number - a.number);
}

/** As `rollout.py` writes them. */
function readAnnotation({ metadata }: ApiTemplate, name: string): string {
  return metadata?.annotations?.[`ca.gc.mlops/${name}`] ?? '';
}
