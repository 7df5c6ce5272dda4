import { changesOf, plan, UserError } from '@create-mlops-model/core';
import { declare } from '../declare.ts';
import type { LivePipeline } from '../resources/pipeline.ts';
import type { Rehearsal } from './rehearsal.ts';

/** The same again plans nothing; what was made is read back from the services. */
export async function tellApply({ context, session, note }: Rehearsal): Promise<void> {
  const { terminal, translate } = context;
  const planned = await plan(declare(session.project, session.services));
  const left = changesOf(planned.plan);
  if (left.length > 0) {
    const list = left.map((step) => step.address).join(', ');
    throw new UserError('failed', {
      en: `Rehearsing: a second plan is not empty: ${list}.`,
      fr: `Répétition\u00a0: un second plan n’est pas vide\u00a0: ${list}.`,
    });
  }
  terminal.print(translate('plan.nothing'));
  for (const name of Object.values(session.project.names.pipelines)) {
    const live = planned.found.get(`pipeline:${name}`) as LivePipeline;
    note(translate('rehearse.result.pipeline', { name }), String(live.id));
  }
}
