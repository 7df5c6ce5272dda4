import type { Step } from '../compile/pipeline.ts';
import type { Result } from '../expression/run-condition.ts';

/** A variable as a job sees it. */
export interface JobVariable {
  readonly value: string;
  /** Masked in every log line, and in the environment only where a step maps it. */
  readonly isSecret?: boolean;
  /** A step cannot set it. */
  readonly isReadOnly?: boolean;
}

/** The repository that `checkout: self` checks out. */
export interface JobRepository {
  /** The bare repository on disk. */
  readonly folder: string;
  readonly name: string;
  /** URL that `origin` gets in the checkout. */
  readonly url: string;
  /** `refs/heads/main`, or `refs/pull/7/merge`. */
  readonly ref: string;
  readonly commitId: string;
}

/** Folders of one agent; made where missing. */
export interface AgentFolders {
  /** The pipeline's own folder on this agent, `…/_work/3`: sources in `s`, artifacts in `a`, binaries in `b`. */
  readonly build: string;
  /** Emptied before each job. */
  readonly temp: string;
  /** Tools that stay from job to job, such as Python environments. */
  readonly tools: string;
}

/** One job, or the steps of one hook of a deployment, ready to run. */
export interface JobWork {
  /** Steps in order; `checkout` stands among them where one is wanted (see `implicitCheckout`). */
  readonly steps: readonly Step[];
  /** A job checks out first where it does not say otherwise; a deployment does not. */
  readonly implicitCheckout: boolean;
  /** All variables, with those of system, build and agent that are known before the job. */
  readonly variables: Readonly<Record<string, JobVariable>>;
  readonly repository: JobRepository;
  readonly folders: AgentFolders;
  /** Folders with programs of the agent's own, before PATH. */
  readonly programs: readonly string[];
  /** What of the job before on this agent is taken away first; undefined keeps sources and binaries. */
  readonly clean?: 'outputs' | 'resources' | 'all' | undefined;
  /** 0: no limit. */
  readonly timeoutMinutes: number;
  /** Time for steps that run in spite of a cancellation. */
  readonly cancelTimeoutMinutes: number;
  /** Aborted when somebody cancels. */
  readonly signal: AbortSignal;
  readonly host: JobHost;
}

/** What came of a job. */
export interface JobEnd {
  readonly result: Result;
  /** `step.variable` → value; secrets among them are named. */
  readonly outputs: Readonly<Record<string, JobVariable>>;
  /** What no step can be blamed for: the job ran longer than it may, the agent's folders cannot be made. */
  readonly issues: readonly Issue[];
}

/** A problem that a step reported. */
export interface Issue {
  readonly type: 'error' | 'warning';
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

/** How a step ended. */
export interface StepEnd {
  readonly result: Result;
  readonly issues: readonly Issue[];
}

/** A step's place in the run's record: lines are masked already, without a line end. */
export interface StepRecord {
  write(line: string): void;
  end(end: StepEnd): void;
}

/** What the Azure CLI's task gets for the length of a step. */
export interface SignInSession {
  /** Added to the step's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** First on the step's PATH. */
  readonly path: string;
  /** Ends the session: its tokens' secret is gone. */
  close(): void;
}

/** One test of a published run. */
export interface TestCase {
  readonly name: string;
  readonly className: string;
  readonly outcome: 'Passed' | 'Failed' | 'NotExecuted';
  readonly milliseconds: number;
  readonly message?: string;
}

/** What a job asks of the service that it runs for. */
export interface JobHost {
  /** A step begins. `index` counts from 0 in `steps`, -1 for the implicit checkout. */
  startStep(index: number, displayName: string): StepRecord;
  /** Signs in with a service connection. @throws Error with what the log is to say */
  signIn(connection: string): Promise<SignInSession>;
  /** Keeps a folder or file as an artifact of the run. @throws Error if the name is taken */
  publishArtifact(name: string, path: string): Promise<void>;
  /** Folder that holds an artifact; of this run, or of the run behind an alias of `resources.pipelines`. */
  findArtifact(name: string, alias?: string): string | undefined;
  /** All artifacts of this run, or of the run behind an alias. */
  listArtifacts(alias?: string): readonly string[];
  /** Keeps a file beside the run's record: `Distributedtask.Core.Summary`, `DistributedTask.Core.Log` and the like. */
  attachFile(type: string, name: string, path: string): Promise<void>;
  publishTestRun(title: string, cases: readonly TestCase[]): void;
  /** `build.updatebuildnumber`. */
  setBuildNumber(number: string): void;
  /** `build.addbuildtag`. */
  addTag(tag: string): void;
  /** Remembers a process group while it runs, so that a restart can end it. @returns forgets it */
  onProcess(pid: number): () => void;
}
