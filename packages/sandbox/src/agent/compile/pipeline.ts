import type { Position } from '../problem.ts';
import type { Data } from '../tree.ts';

/** A pipeline with every template in place and every template expression computed. */
export interface Pipeline {
  /** Form of the run's number. */
  readonly name?: string;
  /** What starts it, and what it uses, as it stands in the entry. */
  readonly head: Readonly<Record<string, Data>>;
  readonly variables: readonly Variable[];
  readonly pool?: Data;
  readonly lockBehavior?: string;
  readonly stages: readonly Stage[];
}

/** A variable, or a group of them. */
export type Variable =
  | { readonly kind: 'value'; readonly name: string; readonly value: string; readonly readonly: boolean }
  | { readonly kind: 'group'; readonly group: string };

/** A stage. */
export interface Stage {
  readonly name: string;
  /** Stages that must have finished before; the stage above where nothing is said. */
  readonly dependsOn: readonly string[];
  readonly condition?: string;
  readonly variables: readonly Variable[];
  /** `displayName`, `pool`, `lockBehavior`, `trigger`, `isSkippable`, `group`, `templateContext`. */
  readonly settings: Readonly<Record<string, Data>>;
  readonly jobs: readonly Job[];
  /** Where it stands, as a job. */
  readonly at: Position;
}

/** A job, or a deployment into an environment. */
export interface Job {
  readonly kind: 'job' | 'deployment';
  readonly name: string;
  /** Jobs of the stage that must have finished before. */
  readonly dependsOn: readonly string[];
  readonly condition?: string;
  readonly variables: readonly Variable[];
  /** `displayName`, `pool`, `timeoutInMinutes`, `environment`, `workspace` and the like. */
  readonly settings: Readonly<Record<string, Data>>;
  /** Steps of a job; a deployment has them in its hooks. */
  readonly steps: readonly Step[];
  readonly deployment?: Deployment;
  /** Where it stands; a job that nobody wrote stands where its pipeline begins. */
  readonly at: Position;
}

/** How a deployment goes: its hooks in the order in which they run. */
export interface Deployment {
  readonly strategy: 'runOnce' | 'rolling' | 'canary';
  /** `maxParallel` or `increments`. */
  readonly settings: Readonly<Record<string, Data>>;
  readonly hooks: readonly Hook[];
}

/** Steps of a deployment at one moment. */
export interface Hook {
  readonly name: 'preDeploy' | 'deploy' | 'routeTraffic' | 'postRouteTraffic' | 'failure' | 'success';
  readonly pool?: Data;
  readonly steps: readonly Step[];
}

/** A step. What YAML has short forms for, `bash:` and the like, is the task that these stand for. */
export interface Step {
  /** `Bash@3` */
  readonly task: string;
  readonly name?: string;
  readonly condition?: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** `displayName`, `enabled`, `continueOnError`, `timeoutInMinutes`, `retryCountOnTaskFailure`, `target`. */
  readonly settings: Readonly<Record<string, Data>>;
  /** Where it is written; nowhere for a step that nobody wrote. */
  readonly at?: Position;
}
