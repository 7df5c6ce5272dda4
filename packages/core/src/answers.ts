/** One retraining schedule as answered: five cron fields, read in the time zone. */
export interface ScheduleAnswer {
  readonly cron: string;
  /** IANA name; absent: the answer `timeZone`. */
  readonly timeZone?: string;
}

/** What people have answered so far, from any source. Each field becomes the field of `mlops.yaml` that its question names. */
export interface Answers {
  /** Name of the model, and of everything made for it. */
  readonly name?: string;
  /** Title in English. */
  readonly titleEn?: string;
  /** Title in French. */
  readonly titleFr?: string;
  /** One paragraph in English. */
  readonly descriptionEn?: string;
  /** One paragraph in French. */
  readonly descriptionFr?: string;
  /** Team or address that answers for the model. */
  readonly owner?: string;
  /** What the model predicts: a class or a number. */
  readonly task?: string;
  /** Library that trains it. */
  readonly framework?: string;
  /** Example that fills the seams of the new repository. */
  readonly example?: string;
  /** Metric that decides which model is better. */
  readonly metric?: string;
  /** Whether a small or a large metric is good. */
  readonly goal?: string;
  /** How much better a new model must be, in the metric's unit. */
  readonly minimumGain?: number;
  /** Which registered version is served: `best`, `latest` or its number. */
  readonly select?: string | number;
  /** Sensitivity of the data. */
  readonly classification?: string;
  /** Python version. */
  readonly python?: string;
  /** Azure subscription id. */
  readonly subscription?: string;
  /** Azure resource group. */
  readonly resourceGroup?: string;
  /** Azure region. */
  readonly region?: string;
  /** Whether protected-b data may be handled outside Canada. */
  readonly allowOutsideCanada?: boolean;
  /** Azure ML workspace. */
  readonly mlWorkspace?: string;
  /** Azure Container Registry. */
  readonly containerRegistry?: string;
  /** AKS cluster. */
  readonly cluster?: string;
  /** Kubernetes namespace. */
  readonly namespace?: string;
  /** Address of the Databricks workspace. */
  readonly databricksHost?: string;
  /** Databricks folder that holds one folder a model. */
  readonly databricksFolder?: string;
  /** How the notebook signs in to the tracking server. */
  readonly trackingAccess?: string;
  /** Name of the service credential or secret scope. */
  readonly trackingName?: string;
  /** Whether training runs on serverless compute. */
  readonly serverless?: boolean;
  /** Whether training needs a GPU. */
  readonly gpu?: boolean;
  /** Databricks runtime key. */
  readonly sparkVersion?: string;
  /** Virtual machine size of the training cluster. */
  readonly nodeType?: string;
  /** Number of workers, or a range to scale in. */
  readonly workers?: number | { readonly min: number; readonly max: number };
  /** Databricks cluster policy. */
  readonly policyId?: string;
  /** Azure DevOps organisation: name or address. */
  readonly organization?: string;
  /** Azure DevOps project. */
  readonly project?: string;
  /** Repository, if it is not to have the model's name. */
  readonly repository?: string;
  /** Pipeline folder. */
  readonly devopsFolder?: string;
  /** Agent image or pool. */
  readonly pool?: string;
  /** Reviewers that a pull request needs. */
  readonly reviewers?: number;
  /** Who approves each deployment. */
  readonly approvers?: readonly string[];
  /** Service connection for pull requests. */
  readonly ciConnection?: string;
  /** Service connection for deployments. */
  readonly deployConnection?: string;
  /** When the model is trained again; empty: never by the clock. */
  readonly schedules?: readonly ScheduleAnswer[];
  /** Time zone of the schedules. */
  readonly timeZone?: string;
  /** Limit for one training run, minutes. */
  readonly timeoutMinutes?: number;
  /** How the API is reached. */
  readonly exposure?: string;
  /** Rows in one request. */
  readonly maxRows?: number;
  /** Size of one request's body, bytes. */
  readonly maxBytes?: number;
  /** Base image of the API. */
  readonly baseImage?: string;
  /** Languages of the model's texts, the first one first. */
  readonly languages?: readonly string[];
}

/** Name of one answer. */
export type AnswerName = keyof Answers;

/** Value of one answer. */
export type AnswerValue = NonNullable<Answers[AnswerName]>;
