import type { Pipeline } from '../../agent/compile/pipeline.ts';
import type { Build, Organization } from '../state.ts';
import type { RunRecord } from './run-record.ts';

/** What goes on with runs. */
export interface Runs {
  /** Takes a run that stands in the state from its first stage to its last; comes back at once. */
  start(organization: Organization, build: Build, pipeline: Pipeline): void;
  /** Ends a run early; what is to run in spite of that still does. */
  cancel(organization: Organization, build: Build): void;
  /** Something changed that a waiting stage may have waited for. */
  wake(): void;
  /** Timeline, logs, artifacts and tests of a run. */
  open(organization: Organization, build: Build): RunRecord;
  /** Forgets what a run left. */
  remove(organization: Organization, build: Build): Promise<void>;
  /** Ends what a kill of the sandbox left going, and goes on with what had not begun. */
  recover(): Promise<void>;
  /** Ends everything. */
  stop(): Promise<void>;
}
