import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, ContainerState, ContainerStatus, Probe } from '../objects.ts';
import type { ContainerLog } from './container-log.ts';
import type { PodRuntime, PulledImage, RunningContainer, StartOrder } from './pod-runtime.ts';
import { tryHandler } from './probe.ts';

/** What a container's loop needs from its pod. */
export interface ContainerContext {
  readonly runtime: PodRuntime;
  readonly container: Container;
  readonly restartPolicy: string;
  /** Status at the start: not empty after a restart of the sandbox. */
  readonly before: ContainerStatus | undefined;
  readonly order: (image: PulledImage, restarts: number) => Omit<StartOrder, 'onOutput'>;
  readonly openLog: (restarts: number) => ContainerLog;
  readonly publish: (status: ContainerStatus) => void;
  readonly event: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  readonly timestamp: () => string;
  /** `<pod>_<namespace>(<uid>)`, as messages name it. */
  readonly podName: string;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly gracePeriod: number;
}

/** A container that is kept running. */
export interface ContainerLoop {
  /** Resolves when the container will not be started again. */
  readonly done: Promise<void>;
  readonly current: () => RunningContainer | undefined;
  /** No more restarts; whoever waits for one goes on at once. */
  readonly stop: () => void;
}

/** Seconds of the first wait before a further attempt; each next one is twice as long, up to five minutes. */
const BACK_OFF = { first: 10, last: 300 } as const;
/** A container that ran so long starts from the first wait again. */
const FORGIVEN_AFTER = 600_000;

/** Starts a container and keeps it running, as its pod's restart policy says. */
export function runContainer(context: ContainerContext): ContainerLoop {
  const { container } = context;
  const stopping = new AbortController();
  let running: RunningContainer | undefined;
  let restarts = context.before ? context.before.restartCount + 1 : 0;
  let status: ContainerStatus = {
    name: container.name,
    image: container.image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: restarts,
    state: { waiting: { reason: 'ContainerCreating' } },
    lastState: context.before?.state.terminated ? context.before.state : {},
  };
  const publish = (change: Partial<ContainerStatus>) => {
    status = { ...status, ...change };
    context.publish(status);
  };
  const pause = (seconds: number) =>
    sleep(seconds * 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
  publish({});
  return { done: loop(), current: () => running, stop: () => stopping.abort() };

  async function loop(): Promise<void> {
    let wait = 0;
    while (!stopping.signal.aborted) {
      const image = await pull();
      if (!image || stopping.signal.aborted) return;
      publish({ imageID: image.id, restartCount: restarts });
      const began = Date.now();
      const ended = await runOnce(image);
      publish({ state: ended, ready: false, started: false });
      const code = ended.terminated?.exitCode ?? 1;
      const isFinal = context.restartPolicy === 'Never' || (context.restartPolicy === 'OnFailure' && code === 0);
      if (stopping.signal.aborted || isFinal) return;
      if (Date.now() - began > FORGIVEN_AFTER) wait = 0;
      if (wait > 0) {
        const message = `back-off ${printSpan(wait)} restarting failed container=${container.name} pod=${context.podName}`;
        publish({ state: { waiting: { reason: 'CrashLoopBackOff', message } }, lastState: ended });
        context.event(
          'Warning',
          'BackOff',
          `Back-off restarting failed container ${container.name} in pod ${context.podName}`,
        );
        await pause(wait);
      } else publish({ lastState: ended });
      wait = nextWait(wait);
      restarts += 1;
    }
  }

  async function pull(): Promise<PulledImage | undefined> {
    let wait: number = 0;
    while (!stopping.signal.aborted) {
      try {
        context.event('Normal', 'Pulling', `Pulling image "${container.image}"`);
        const image = await context.runtime.pull(container.image);
        context.event('Normal', 'Pulled', `Successfully pulled image "${container.image}"`);
        return image;
      } catch (error) {
        const message = `failed to pull image "${container.image}": ${(error as Error).message}`;
        context.event('Warning', 'Failed', message);
        publish({ state: { waiting: { reason: 'ErrImagePull', message } } });
        wait = nextWait(wait);
        await pause(1);
        const backOff = `Back-off pulling image "${container.image}": ErrImagePull: ${message}`;
        publish({ state: { waiting: { reason: 'ImagePullBackOff', message: backOff } } });
        context.event('Normal', 'BackOff', `Back-off pulling image "${container.image}"`);
        await pause(wait);
      }
    }
    return undefined;
  }

  async function runOnce(image: PulledImage): Promise<ContainerState> {
    const log = context.openLog(restarts);
    const startedAt = context.timestamp();
    try {
      running = await context.runtime.start({
        ...context.order(image, restarts),
        onOutput: (_, chunk) => log.write(chunk),
      });
    } catch (error) {
      const message = `failed to start container "${container.name}": ${(error as Error).message}`;
      context.event('Warning', 'Failed', message);
      log.write(Buffer.from(`${(error as Error).message}\n`));
      log.end();
      const finishedAt = context.timestamp();
      return { terminated: { exitCode: 128, reason: 'StartError', message, startedAt, finishedAt } };
    }
    const mine = running;
    const how = mine.isContained ? '' : ' (process, not container)';
    context.event('Normal', 'Started', `Started container ${container.name}${how}`);
    publish({ containerID: mine.id, state: { running: { startedAt } }, started: !container.startupProbe });
    const over = new AbortController();
    void probe(mine, over.signal);
    const { exitCode, signal } = await mine.ended;
    over.abort();
    running = undefined;
    log.end();
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    const died = signal === undefined ? {} : { signal };
    return { terminated: { exitCode, ...died, reason, startedAt, finishedAt: context.timestamp() } };
  }

  /** First the startup probe alone; when it has succeeded, the two others side by side. */
  async function probe(mine: RunningContainer, signal: AbortSignal): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe } = container;
    if (startupProbe) {
      const isUp = await watch(startupProbe, mine, signal, 'Startup', (isWell) => isWell);
      if (!isUp) return signal.aborted ? undefined : end(mine, 'startup');
    }
    if (signal.aborted) return;
    publish({ started: true, ...(readinessProbe ? {} : { ready: true }) });
    if (readinessProbe)
      void watch(readinessProbe, mine, signal, 'Readiness', (isWell) => {
        if (status.ready !== isWell) publish({ ready: isWell });
        return false;
      });
    if (livenessProbe && !(await watch(livenessProbe, mine, signal, 'Liveness', () => false)) && !signal.aborted) {
      await end(mine, 'liveness');
    }
  }

  /** Asks again and again. @returns true when `onResult` has had enough, false after too many failures or at the end */
  async function watch(
    asked: Probe,
    mine: RunningContainer,
    signal: AbortSignal,
    name: 'Startup' | 'Readiness' | 'Liveness',
    onResult: (isWell: boolean) => boolean,
  ): Promise<boolean> {
    const {
      initialDelaySeconds = 0,
      periodSeconds = 10,
      timeoutSeconds = 1,
      failureThreshold = 3,
      successThreshold = 1,
    } = asked;
    const wait = (seconds: number) => sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
    await wait(initialDelaySeconds);
    let good = 0;
    let bad = 0;
    while (!signal.aborted) {
      const problem = await tryHandler(asked, container, mine, timeoutSeconds * 1000);
      if (signal.aborted) return false;
      good = problem === undefined ? good + 1 : 0;
      bad = problem === undefined ? 0 : bad + 1;
      if (problem !== undefined) context.event('Warning', 'Unhealthy', `${name} probe failed: ${problem}`);
      if (good >= successThreshold && onResult(true)) return true;
      if (bad >= failureThreshold) {
        if (name !== 'Readiness') return false;
        onResult(false);
      }
      await wait(periodSeconds);
    }
    return false;
  }

  async function end(mine: RunningContainer, probe: 'liveness' | 'startup'): Promise<void> {
    context.event('Normal', 'Killing', `Container ${container.name} failed ${probe} probe, will be restarted`);
    mine.kill('SIGTERM');
    const isOver = await Promise.race([
      mine.ended.then(() => true),
      sleep(context.gracePeriod * 1000, false, { ref: false }),
    ]);
    if (!isOver) mine.kill('SIGKILL');
  }
}

function nextWait(seconds: number): number {
  return Math.min(BACK_OFF.last, seconds === 0 ? BACK_OFF.first : seconds * 2);
}

function printSpan(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
