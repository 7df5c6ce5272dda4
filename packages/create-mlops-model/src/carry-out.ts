import {
  type Address,
  apply,
  blockedOf,
  changesOf,
  describeHandOver,
  describeOutcome,
  describePlan,
  type ExitCode,
  type Outcome,
  type Planned,
  plan,
  toExitCode,
  toHandOver,
  toOutcomeDocument,
  toPlanDocument,
  UserError,
} from '@create-mlops-model/core';
import type { CommandContext } from './command.ts';
import { toInvocation } from './commands.ts';
import { declare } from './declare.ts';
import { openJournal, readUnsettled } from './services/journal.ts';
import type { Session } from './session.ts';
import { checkSchedules, type ScheduleCheck } from './verify-schedules.ts';

/** What became of it. */
export interface CarriedOut {
  readonly exitCode: ExitCode;
  readonly planned: Planned;
  /** Absent where nothing had to be done, or nothing was to be done. */
  readonly outcome?: Outcome;
  /** What the server makes of the schedules; absent where nothing was written. */
  readonly schedules?: ScheduleCheck;
}

/** Plans, shows, asks, applies and reports: the second half of the arrow, the same for `create` and `apply`. */
export async function carryOut(context: CommandContext, session: Session): Promise<CarriedOut> {
  const { flags, terminal, translate } = context;
  const { project, services } = session;
  if (readUnsettled(services.disk).length > 0) terminal.print(translate('apply.resume'));
  const planned = await plan(declare(project, services), { takeOver: flags.takeOver });
  showPlan(context, session, planned);
  refuseTaken(planned);
  const count = changesOf(planned.plan).length;
  if (flags.dryRun) {
    terminal.print(translate('create.dryRun'));
    context.printDocument({ ...toPlanDocument(planned.plan), handOver: toHandOverCommands(context) });
    return { exitCode: 0, planned };
  }
  if (count === 0) return nothingToDo(context, planned);
  if (!flags.yes && !(await isAgreed(context, count))) {
    terminal.print(translate('apply.declined'));
    return { exitCode: 130, planned };
  }
  const schedules = checkSchedules(project, planned.graph, services.azureDevOps);
  const { outcome, seconds } = await applyWithProgress(context, session, planned, schedules);
  for (const line of describeOutcome(outcome, translate)) terminal.print(line);
  terminal.print(outcome.cancelled ? translate('report.cancelled') : translate('report.done', { seconds }));
  const exitCode = toExitCode(outcome);
  if (exitCode === 4) handOver(context, planned, outcome);
  context.printDocument(toDocument(context, planned, outcome, exitCode));
  return { exitCode, planned, outcome, schedules };
}

/** Prints the plan for people. */
export function showPlan(context: CommandContext, session: Session, planned: Planned): void {
  const { terminal, translate } = context;
  const { names, target } = session.project;
  const where = `${target.organizationUrl}/${target.project}`;
  if (changesOf(planned.plan).length > 0 || blockedOf(planned.plan).length > 0) {
    terminal.print(translate('plan.head', { model: names.model, target: where }));
  }
  for (const line of describePlan(planned.plan, translate)) terminal.print(line);
  // With one identity for both, a pull request could use what deploys.
  if (names.connections.ci === names.connections.deploy) {
    terminal.print(translate('plan.weakness', { text: translate('plan.oneIdentity', { name: names.connections.ci }) }));
  }
}

function nothingToDo(context: CommandContext, planned: Planned): CarriedOut {
  const blocked = blockedOf(planned.plan).length > 0;
  const outcome: Outcome = {
    results: planned.plan.map((step) => ({
      status: step.action === 'blocked' ? 'blocked' : 'unchanged',
      address: step.address,
    })),
    lives: planned.found,
    cancelled: false,
  };
  if (blocked) handOver(context, planned, outcome);
  const exitCode = blocked ? 4 : 0;
  context.printDocument(toDocument(context, planned, outcome, exitCode));
  return { exitCode, planned, outcome };
}

/** Somebody else's object under our name stops everything before the first write. */
function refuseTaken(planned: Planned): void {
  const taken = blockedOf(planned.plan).filter((step) => step.reason === 'not-ours');
  if (taken.length === 0) return;
  const list = taken.map((step) => step.address).join(', ');
  throw new UserError(
    'blocked',
    {
      en: `Nothing was changed, because these exist already, differ and are not ours: ${list}.`,
      fr: `Rien n’a été modifié, car ces objets existent déjà, diffèrent et ne sont pas à nous\u00a0: ${list}.`,
    },
    {
      en: 'Look at them. To change them all the same, run the same command with --take-over; or choose another name in mlops.yaml.',
      fr: 'Examinez-les. Pour les modifier quand même, relancez la même commande avec --take-over\u00a0; ou choisissez un autre nom dans mlops.yaml.',
    },
  );
}

/** @throws UserError `usage` where nobody can be asked */
async function isAgreed({ terminal, translate }: CommandContext, count: number): Promise<boolean> {
  if (!terminal.isInteractive)
    throw new UserError('usage', translate('apply.needsYes'), translate('apply.needsYes.hint'));
  return terminal.confirm(translate('apply.confirm', { count }), true);
}

interface TimedOutcome {
  readonly outcome: Outcome;
  readonly seconds: string;
}

async function applyWithProgress(
  context: CommandContext,
  session: Session,
  planned: Planned,
  { check }: ScheduleCheck,
): Promise<TimedOutcome> {
  const changes = changesOf(planned.plan);
  const progress = context.terminal.progress(changes.length);
  const begun = new Map<Address, number>();
  try {
    const outcome = await apply(planned, {
      journal: openJournal(session.services.disk, Date.now),
      signal: context.signal,
      checks: [check],
      progress: ({ address, phase }) => {
        const now = performance.now();
        if (address.startsWith('file:')) {
          // Sixty files are one line of the plan, and none of the progress.
          if (phase === 'created' || phase === 'updated') progress.advance();
        } else if (phase === 'started') {
          begun.set(address, now);
          progress.start(address);
        } else progress.step(address, phase, now - (begun.get(address) ?? now));
      },
    });
    return { outcome, seconds: progress.end() };
  } finally {
    progress.end();
  }
}

/** What somebody with more rights types in a clone, and what they see before they do. */
export function toHandOverCommands({ version }: Pick<CommandContext, 'version'>) {
  const us = toInvocation(version);
  return { command: `${us} apply`, document: `${us} plan --json` };
}

function handOver(context: CommandContext, planned: Planned, outcome: Outcome): void {
  const { terminal, translate } = context;
  const { command, document } = toHandOverCommands(context);
  terminal.print('');
  terminal.print(translate('handover.head'));
  for (const line of describeHandOver(toHandOver(planned.plan, outcome, translate), translate)) terminal.print(line);
  terminal.print(`${translate('handover.command')} ${command}`);
  terminal.print(`${translate('handover.document')} ${document}`);
}

/** The outcome as one document; where rights are missing, with the hand-over. */
function toDocument(context: CommandContext, planned: Planned, outcome: Outcome, exitCode: ExitCode) {
  const objects = toHandOver(planned.plan, outcome, context.translate);
  const handOver = exitCode === 4 ? { handOver: { ...toHandOverCommands(context), objects } } : {};
  return { ...toOutcomeDocument(outcome), ...handOver };
}
