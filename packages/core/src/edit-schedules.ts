import { isMap, isScalar, parseDocument, Scalar } from 'yaml';
import type { LocalSchedule } from './schedule.ts';

/** `mlops.yaml` with other schedules; comments and everything else stay as the team wrote them. */
export function editSchedules(text: string, schedules: readonly LocalSchedule[]): string {
  const document = parseDocument(text, { compat: 'yaml-1.1' });
  const list = document.createNode(schedules.map(({ cron, timeZone }) => ({ cron, timeZone })));
  for (const item of list.items) {
    const cron = isMap(item) ? item.get('cron', true) : undefined;
    // Without quotes `* 6 …` would be an alias.
    if (isScalar(cron)) cron.type = Scalar.QUOTE_SINGLE;
  }
  document.setIn(['retraining', 'schedules'], list);
  // The same way as the file was first printed: no line is folded.
  return document.toString({ lineWidth: 0, singleQuote: true });
}
