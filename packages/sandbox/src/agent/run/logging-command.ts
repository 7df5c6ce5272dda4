/** A line by which a script asks the agent for something. */
export interface LoggingCommand {
  /** `task`, `artifact`, `build`; in lower case. */
  readonly area: string;
  /** `setvariable` and so on; in lower case. */
  readonly event: string;
  /** By name in lower case. */
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const PREFIX = '##vso[';

/**
 * Reads a logging command, which may stand anywhere in its line; undefined where there is none
 * (MicrosoftDocs scripts/logging-commands).
 */
export function parseLoggingCommand(line: string): LoggingCommand | undefined {
  const start = line.indexOf(PREFIX);
  const end = start < 0 ? -1 : line.indexOf(']', start);
  if (end < 0) return undefined;
  const [head = '', ...rest] = line.slice(start + PREFIX.length, end).split(' ');
  const [area, event, ...more] = head.split('.').filter((part) => part !== '');
  if (area === undefined || event === undefined || more.length > 0) return undefined;
  return {
    area: area.toLowerCase(),
    event: event.toLowerCase(),
    properties: parseProperties(rest.join(' ')),
    data: decode(line.slice(end + 1)),
  };
}

/** Whether a line looks as if somebody had meant a command. */
export function hasCommandKeyword(line: string): boolean {
  return line.includes('##vso');
}

function parseProperties(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(';').flatMap((part) => {
    const [name = '', ...value] = part.split('=');
    return name !== '' && value.join('=') !== '' ? [[name.trim().toLowerCase(), decode(value.join('='))] as const] : [];
  });
  return Object.fromEntries(pairs);
}

/** `%AZP25` comes last: what it leaves behind is no escape any more. */
function decode(text: string): string {
  return text
    .replaceAll('%3B', ';')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%5D', ']')
    .replaceAll('%AZP25', '%');
}
