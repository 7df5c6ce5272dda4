import type { CommandContext } from '../command.ts';
import type { Finding, Topic } from './finding.ts';

const SIGNS = { pass: '✓', note: '·', fail: '✗' } as const;

/**
 * Lines for people: each topic with its findings, what to do about one below it.
 * @param under the topic whose heading stands above already
 */
export function describeFindings(
  findings: readonly Finding[],
  { terminal, translate }: Pick<CommandContext, 'terminal' | 'translate'>,
  under?: Topic,
): readonly string[] {
  const topics = [...new Set(findings.map(({ topic }) => topic))];
  return topics.flatMap((topic) => [
    ...(topic === under ? [] : [terminal.style.bold(translate(`doctor.topic.${topic}`))]),
    ...findings
      .filter((finding) => finding.topic === topic)
      .flatMap(({ status, text, fix }) => [
        `  ${SIGNS[status]} ${text}`,
        ...(fix === undefined ? [] : [`      ${fix}`]),
      ]),
  ]);
}
