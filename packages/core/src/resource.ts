import type { Text } from './errors.ts';

/** `kind:name`, unique within a project; the name is one a person would type, never an id. */
export type Address = `${string}:${string}`;

/** One field that is not as it should be. `secret` values are never printed. */
export interface Change {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** A typed pointer to another resource. */
export interface Ref<Live> {
  readonly address: Address;
  /** Phantom: carries `Live` for the compiler only. */
  readonly live?: Live;
}

/** What other resources turned out to be. While planning, `find` waits for the other one's read. */
export interface Lives {
  /** The other resource as it is now, or `undefined` if it does not exist (yet). */
  find<Live>(ref: Ref<Live>): Promise<Live | undefined>;
  /** The other resource as it is now; throws if it does not exist. Only for `create`, `update` and `remove`. */
  get<Live>(ref: Ref<Live>): Live;
}

/** The right that a change needs, and who usually holds it; both are message keys. */
export interface Right {
  readonly name: string;
  readonly holder: string;
}

/**
 * One thing that should exist: a generated file, a repository, a policy, a job.
 * The engine reads it, compares it, and makes or changes it with one write call.
 */
export interface Resource<Live = unknown> extends Ref<Live> {
  /** What must exist before this one is made; the order of `apply` comes from here. */
  readonly needs: readonly Address[];
  /** Named in the plan and in the hand-over when it is missing. */
  readonly right?: Right;
  /** Lies in the project folder alone: needs no right and no journal. */
  readonly local?: boolean;
  /** Resources with the same lane are written one after another (TF400898). */
  readonly lane?: string;
  /** `undefined` means it does not exist. Any other failure throws. May wait for `lives.find`. */
  read(lives: Lives): Promise<Live | undefined>;
  /** Whether what exists is ours, read from the object itself. */
  isOurs(live: Live): boolean;
  /** Pure. No changes means there is nothing to do. */
  diff(live: Live): readonly Change[];
  /** One write call; the mark of ownership travels in it. Must end well if another run made the object meanwhile. */
  create(lives: Lives): Promise<Live>;
  /** One write call that settles all changes. */
  update(live: Live, changes: readonly Change[], lives: Lives): Promise<Live>;
  /** Removes what is ours. Absent: `destroy` leaves it and says so. */
  remove?(live: Live, lives: Lives): Promise<void>;
  /**
   * Why we cannot make it where it is missing, and the exact step for the person who can; absent or `undefined`: we can.
   * Such a step is `blocked`.
   */
  missingStep?(): Text | undefined;
  /** What is still open about something that exists and cannot be settled from here; told in the report. */
  remark?(live: Live): Text | undefined;
  /** Where a person can look at it, for the report. */
  link?(live: Live): string | undefined;
}
