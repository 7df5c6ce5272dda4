import type { CommandContext } from '../command.ts';
import { describeFindings } from '../doctor/describe-findings.ts';
import type { Finding, Topic } from '../doctor/finding.ts';

/** What was found so far; each part is printed when it is known. */
export interface Joining {
  /** Long work on a topic begins. */
  begin(topic: Topic): void;
  /** @returns whether none of them failed */
  add(findings: readonly Finding[]): boolean;
  findings(): readonly Finding[];
}

/** Nothing is found yet. */
export function openJoining(context: CommandContext): Joining {
  const { terminal, translate } = context;
  const all: Finding[] = [];
  let heading: Topic | undefined;
  return {
    begin(topic) {
      terminal.print(terminal.style.bold(translate(`doctor.topic.${topic}`)));
      heading = topic;
    },
    add(findings) {
      for (const line of describeFindings(findings, context, heading)) terminal.print(line);
      heading = findings.at(-1)?.topic ?? heading;
      all.push(...findings);
      return findings.every(({ status }) => status !== 'fail');
    },
    findings: () => all,
  };
}
