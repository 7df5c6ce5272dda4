import { type ExitCode, plan, planRemoval, type Removal, remove, UserError } from '@create-mlops-model/core';
import { openClone } from '../clone.ts';
import type { CommandContext } from '../command.ts';
import { declare } from '../declare.ts';
import { openJournal } from '../services/journal.ts';

/** Removes what this tool made, after showing it and asking for the model's name. The folder on this disk stays. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { flags, terminal, translate } = context;
  const { session, manifest } = await openClone(context);
  try {
    const planned = await plan(declare(session.project, session.services));
    const removals = planRemoval(planned, manifest.keep);
    show(context, manifest.model.name, removals);
    const count = removals.filter((removal) => removal.action === 'remove').length;
    if (flags.dryRun || count === 0) {
      context.printDocument({ schema: 1, kind: 'removal', removals });
      return 0;
    }
    if (!(await isMeant(context, manifest.model.name))) {
      terminal.print(translate('destroy.wrongName'));
      return 130;
    }
    const progress = terminal.progress(count);
    const journal = openJournal(session.services.disk, Date.now);
    const outcome = await remove(planned, removals, {
      journal,
      signal: context.signal,
      progress: ({ address, phase }) => {
        if (phase === 'started') progress.start(address);
        else progress.step(address, phase, 0);
      },
    });
    progress.end();
    const removed = outcome.results.filter((result) => result.status === 'removed').length;
    terminal.print(translate('destroy.done', { count: removed }));
    context.printDocument({ schema: 1, kind: 'removal', removals, results: outcome.results });
    if (outcome.error !== undefined) throw outcome.error;
    return context.signal.aborted ? 130 : 0;
  } finally {
    session.close();
  }
}

function show({ terminal, translate }: CommandContext, model: string, removals: readonly Removal[]): void {
  const gone = removals.filter((removal) => removal.action === 'remove');
  if (gone.length === 0) terminal.print(translate('destroy.nothing'));
  else terminal.print(translate('destroy.head', { model }));
  for (const { address } of gone) terminal.print(`  - ${translate('plan.remove')}  ${address}`);
  const left = removals.filter((removal) => removal.action === 'leave');
  if (left.length > 0) terminal.print(translate('destroy.kept'));
  for (const { address, reason } of left) {
    const why = translate(reason === 'lasting' ? 'destroy.kept.cannot' : 'destroy.kept.takenOver');
    terminal.print(`  · ${address}: ${why}`);
  }
}

async function isMeant({ flags, terminal, translate }: CommandContext, model: string): Promise<boolean> {
  if (flags.yes) {
    if (flags.answers.name === model) return true;
    throw new UserError('usage', translate('destroy.nameNeeded', { model }));
  }
  if (!terminal.isInteractive) throw new UserError('usage', translate('destroy.nameNeeded', { model }));
  return (await terminal.askText({ message: translate('destroy.typeName') })) === model;
}
