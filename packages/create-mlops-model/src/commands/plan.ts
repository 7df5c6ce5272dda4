import { blockedOf, changesOf, type ExitCode, plan, toPlanDocument } from '@create-mlops-model/core';
import { showPlan, toHandOverCommands } from '../carry-out.ts';
import { openClone } from '../clone.ts';
import type { CommandContext } from '../command.ts';
import { declare } from '../declare.ts';

/** Shows what differs from `mlops.yaml`; writes nothing. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { flags, terminal, translate } = context;
  const { session, edited } = await openClone(context, flags.from);
  try {
    const planned = await plan(declare(session.project, session.services));
    showPlan(context, session, planned);
    for (const [path, state] of edited) {
      terminal.print(`  · ${path}: ${translate(state === 'deleted' ? 'plan.deleted' : 'plan.edited')}`);
    }
    if (flags.from === 'worktree') terminal.print(translate('apply.worktree'));
    context.printDocument({
      ...toPlanDocument(planned.plan),
      edited: Object.fromEntries(edited),
      handOver: toHandOverCommands(context),
    });
    const differences = changesOf(planned.plan).length + blockedOf(planned.plan).length;
    if (!flags.check) return 0;
    terminal.print(
      differences === 0 ? translate('plan.check.same') : translate('plan.check.differs', { count: differences }),
    );
    return differences === 0 ? 0 : 5;
  } finally {
    session.close();
  }
}
