import * as v from 'valibot';
import { MODEL_NAME, MODEL_NAME_LENGTH } from './names.ts';

/**
 * `mlops.yaml`: what should be, edited by people. It describes Azure and never the sandbox.
 * Fields that only Azure needs may stay empty (`''`) until the model goes there.
 * The published JSON Schema is made from this schema (`schema/mlops.schema.json`).
 * Structure and ranges stand here; what a value must look like stands in `rules.ts`, and `findProblems` applies both.
 */

/** The same text in both official languages. */
const Bilingual = v.strictObject({ en: v.string(), fr: v.string() });

const Metric = v.strictObject({
  /** As logged to MLflow. */
  name: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,49}$/)),
  goal: v.picklist(['minimize', 'maximize']),
  /** A candidate must beat the model in service by at least this much; in the metric's own unit. */
  minimumGain: v.optional(v.pipe(v.number(), v.minValue(0)), 0),
});

const Model = v.strictObject({
  name: v.pipe(v.string(), v.regex(MODEL_NAME), v.minLength(MODEL_NAME_LENGTH.min), v.maxLength(MODEL_NAME_LENGTH.max)),
  title: Bilingual,
  description: Bilingual,
  /** Team or address that answers for the model. */
  owner: v.string(),
  task: v.picklist(['classification', 'regression']),
  framework: v.picklist(['sklearn', 'lightgbm', 'custom']),
  /** Which example fills the seams of a new repository. */
  example: v.picklist(['over-asking', 'none']),
  metric: Metric,
  /** Which registered version is served: the best by `metric`, the newest, or one number. */
  select: v.union([v.picklist(['best', 'latest']), v.pipe(v.number(), v.integer(), v.minValue(1))]),
  classification: v.optional(v.picklist(['unclassified', 'protected-a', 'protected-b']), 'protected-b'),
});

const Azure = v.strictObject({
  subscription: v.optional(v.string(), ''),
  resourceGroup: v.optional(v.string(), ''),
  /** Azure region, such as `canadacentral`. */
  region: v.optional(v.string(), 'canadacentral'),
  /** Regions outside Canada are refused for protected-b unless this says `true`. */
  allowOutsideCanada: v.optional(v.boolean(), false),
  /** Azure ML workspace. */
  workspace: v.optional(v.string(), ''),
  /** Azure Container Registry, without `.azurecr.io`. */
  registry: v.optional(v.string(), ''),
  /** AKS cluster. */
  cluster: v.optional(v.string(), ''),
  /** Kubernetes namespace; empty: the model's name. */
  namespace: v.optional(v.string(), ''),
});

/** A fixed number of workers (0: a single node), or a range to scale in. */
const Workers = v.union([
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000)),
  v.strictObject({
    min: v.pipe(v.number(), v.integer(), v.minValue(1)),
    max: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
  }),
]);

const Compute = v.strictObject({
  serverless: v.optional(v.boolean(), false),
  gpu: v.optional(v.boolean(), false),
  sparkVersion: v.optional(v.string(), '17.3.x-cpu-ml-scala2.13'),
  nodeType: v.optional(v.string(), 'Standard_D4ds_v5'),
  workers: v.optional(Workers, 0),
  /** Cluster policy, optional. */
  policyId: v.optional(v.string(), ''),
});

const Tracking = v.strictObject({
  access: v.optional(v.picklist(['service-credential', 'secret-scope']), 'service-credential'),
  /** Name of the Unity Catalog service credential, or of the secret scope; empty: `<model>-tracking`. A name, never a secret. */
  name: v.optional(v.string(), ''),
});

const Databricks = v.strictObject({
  /** `https://adb-….azuredatabricks.net` */
  host: v.optional(v.string(), ''),
  /** Workspace folder that holds one folder a model. */
  folder: v.optional(v.pipe(v.string(), v.regex(/^\/[^\n\r\0]{1,200}$/)), '/Shared/mlops'),
  tracking: v.optional(Tracking, {}),
  compute: v.optional(Compute, {}),
});

const DevOps = v.strictObject({
  /** Name (`contoso`) or whole URL (`https://dev.azure.com/contoso`, an Azure DevOps Server collection). */
  organization: v.optional(v.string(), ''),
  project: v.optional(v.string(), ''),
  /** Empty: the model's name. */
  repository: v.optional(v.string(), ''),
  /** Pipeline folder, slashes forward. */
  folder: v.optional(v.string(), '/mlops'),
  /** Microsoft-hosted image (`ubuntu-24.04`) or the name of a pool of your own. */
  pool: v.optional(v.string(), 'ubuntu-24.04'),
  reviewers: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10)), 1),
  /** E-mail addresses or groups who approve each deployment; empty: nobody is asked. */
  approvers: v.optional(v.array(v.string()), []),
  /** Names of the two service connections; empty: `<model>-ci`, `<model>-deploy`. */
  connections: v.optional(v.strictObject({ ci: v.optional(v.string(), ''), deploy: v.optional(v.string(), '') }), {}),
});

const Schedule = v.strictObject({
  /** Five fields, in `timeZone`. */
  cron: v.string(),
  /** IANA name, such as `America/Toronto`. */
  timeZone: v.optional(v.string(), 'UTC'),
});

/** The schema behind `mlops.yaml`. */
export const ManifestSchema = v.strictObject({
  version: v.literal(1),
  model: Model,
  python: v.optional(v.picklist(['3.11', '3.12', '3.13']), '3.12'),
  azure: v.optional(Azure, {}),
  databricks: v.optional(Databricks, {}),
  devops: v.optional(DevOps, {}),
  retraining: v.optional(
    v.strictObject({
      schedules: v.optional(v.array(Schedule), []),
      /** Limit for one training run, minutes. */
      timeoutMinutes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(2880)), 180),
    }),
    {},
  ),
  api: v.optional(
    v.strictObject({
      exposure: v.optional(v.picklist(['cluster', 'internal-load-balancer', 'gateway']), 'cluster'),
      limits: v.optional(
        v.strictObject({
          /** Rows in one request. */
          rows: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000)), 1000),
          /** Size of one request's body, bytes. */
          bytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1024), v.maxValue(104_857_600)), 1_048_576),
        }),
        {},
      ),
    }),
    {},
  ),
  image: v.optional(v.strictObject({ base: v.optional(v.string(), '') }), {}),
  languages: v.optional(v.pipe(v.array(v.picklist(['en', 'fr'])), v.minLength(1)), ['en', 'fr']),
  /** Addresses that were taken over from somebody; `destroy` leaves them. */
  keep: v.optional(v.array(v.string()), []),
});

/** `mlops.yaml` after checking, all defaults filled in. */
export type Manifest = v.InferOutput<typeof ManifestSchema>;
