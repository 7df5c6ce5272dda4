import type { Step } from '../compile/pipeline.ts';
import { CHECKOUT } from '../compile/steps.ts';
import { describeFault } from './describe-fault.ts';
import { startJobClock } from './job-clock.ts';
import { type JobState, makeJobState } from './job-state.ts';
import type { JobEnd, JobWork } from './job-work.ts';
import { prepareFolders } from './prepare-folders.ts';
import { type PlacedStep, runStep } from './run-step.ts';
import { isTrue } from './task.ts';

/** Runs the steps of one job on this machine, and leaves no process behind. Never throws: what goes wrong is in the result. */
export async function runJob(work: JobWork): Promise<JobEnd> {
  const job = makeJobState(work);
  const clock = startJobClock(job);
  try {
    await prepareFolders(work.folders, work.clean);
    for (const placed of listSteps(work)) await runStep(job, clock, placed);
  } catch (error) {
    job.issues.push({ type: 'error', message: job.masker.mask(describeFault(error)) });
    job.lower('Failed');
  } finally {
    clock.end();
    await finalize(job);
  }
  return { result: job.status, outputs: Object.fromEntries(job.outputs), issues: job.issues };
}

/** The steps in the order in which they run; those that are switched off are none. */
function listSteps({ steps, implicitCheckout, repository }: JobWork): readonly PlacedStep[] {
  const used = new Map<string, number>();
  const place = (step: Step, index: number): PlacedStep => {
    const kind = step.task === CHECKOUT ? 'Checkout' : (step.task.split('@')[0] ?? step.task);
    const before = used.get(kind) ?? 0;
    used.set(kind, before + 1);
    const name = step.name || (before === 0 ? kind : `${kind}${before}`);
    const branch = repository.ref.replace(/^refs\/heads\//, '');
    const title = step.task === CHECKOUT ? `Checkout ${repository.name}@${branch} to s` : step.name || kind;
    const { displayName } = step.settings;
    return {
      step,
      index,
      name,
      displayName: typeof displayName === 'string' && displayName !== '' ? displayName : title,
    };
  };
  const own = steps.map((step, index) => ({ step, index })).filter(({ step }) => isEnabled(step));
  const isChecked = !implicitCheckout || own.some(({ step }) => step.task === CHECKOUT);
  const first = isChecked ? [] : [{ step: IMPLICIT_CHECKOUT, index: -1 }];
  return [...first, ...own.filter(({ step }) => !isNone(step))].map(({ step, index }) => place(step, index));
}

const IMPLICIT_CHECKOUT: Step = { task: CHECKOUT, inputs: { repository: 'self' }, env: {}, settings: {} };

/** `checkout: none` and `download: none` only keep the step away that would be there without them. */
function isNone({ inputs }: Step): boolean {
  return [inputs.repository, inputs.buildType].some((value) => value?.toLowerCase() === 'none');
}

function isEnabled({ settings }: Step): boolean {
  return typeof settings.enabled !== 'string' || settings.enabled === '' || isTrue(settings.enabled);
}

async function finalize(job: JobState): Promise<void> {
  await job.groups.end();
  for (const undo of job.cleanUps.reverse()) {
    await undo().catch((error: unknown) => {
      job.issues.push({ type: 'warning', message: job.masker.mask(describeFault(error)) });
    });
  }
}
