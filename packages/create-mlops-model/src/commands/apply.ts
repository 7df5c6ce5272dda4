import type { ExitCode } from '@create-mlops-model/core';
import { carryOut } from '../carry-out.ts';
import { openClone } from '../clone.ts';
import type { CommandContext } from '../command.ts';
import { reportResult } from '../report-result.ts';

/** Makes what exists follow `mlops.yaml` on the server's default branch. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { session } = await openClone(context);
  try {
    const done = await carryOut(context, session);
    await reportResult(context, session, done);
    return done.exitCode;
  } finally {
    session.close();
  }
}
