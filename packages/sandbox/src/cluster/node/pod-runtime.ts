import type { Container } from '../objects.ts';

/** What runs the containers of pods: processes of this machine, or a container engine. */
export interface PodRuntime {
  /** Makes sure that an image is here. @throws PullError */
  pull(image: string): Promise<PulledImage>;
  /** @throws StartError if nothing can be started */
  start(order: StartOrder): Promise<RunningContainer>;
  /** Ends what a crash of the sandbox left behind. */
  recover(): Promise<void>;
}

/** An image that is here. */
export interface PulledImage {
  readonly reference: string;
  /** By digest, as a container's status names it. */
  readonly id: string;
}

/** One container to start. */
export interface StartOrder {
  readonly pod: { readonly uid: string; readonly name: string; readonly namespace: string };
  readonly container: Container;
  readonly image: PulledImage;
  /** All variables that the pod sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** What is mounted where. */
  readonly mounts: readonly Mount[];
  readonly user: string | undefined;
  /** How many times the container was started before. */
  readonly restarts: number;
  /** Takes what the container writes, as it comes. */
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
}

/** A folder that a container sees. */
export interface Mount {
  readonly path: string;
  /** Files of a ConfigMap, or an empty folder of the container's own. */
  readonly content: 'empty' | { readonly files: Readonly<Record<string, string>> };
}

/** A container that runs. */
export interface RunningContainer {
  readonly id: string;
  /** False: it is a process like any other, and sees the machine. */
  readonly isContained: boolean;
  /** Where a container's port is reached from here. */
  findPort(containerPort: number): number | undefined;
  readonly ended: Promise<{ readonly exitCode: number; readonly signal?: number }>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Runs a command in it. @returns its exit code; 124 after the time limit */
  exec(command: readonly string[], milliseconds: number): Promise<number>;
}

/** An image that cannot be had. */
export class PullError extends Error {
  override readonly name = 'PullError';
}

/** A container that cannot be started. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
