import type { Organization } from '../state.ts';
import { takeNumber } from '../state.ts';
import { invalidPipeline } from './read-pipeline.ts';

/** What a run is numbered from. */
export interface NumberSource {
  readonly organization: Organization;
  readonly definitionId: number;
  readonly buildId: number;
  readonly now: Date;
  readonly variables: Readonly<Record<string, string>>;
}

/** How runs are numbered that do not say how. */
const USUAL = '$(Date:yyyyMMdd)$(Rev:.r)';

/**
 * The number of a run after its form (MicrosoftDocs process/run-number). The revision counts runs whose number is
 * otherwise the same; all times are UTC.
 * @throws ServiceError 400
 */
export function toRunNumber(form: string | undefined, source: NumberSource): string {
  const { organization, definitionId } = source;
  const filled = fillIn(form === undefined || form.trim() === '' ? USUAL : form, source);
  const prefix = filled.replace(/\$\(Rev:[^)]*\)/gi, '');
  const hasRevision = prefix !== filled;
  const revision = hasRevision ? takeNumber(organization, `rev:${definitionId}:${prefix}`) : 0;
  const text = filled.replace(/\$\(Rev:([^)]*)\)/gi, (_, digits: string) =>
    digits.replace(/r+/i, ({ length }) => String(revision).padStart(length, '0')),
  );
  return checkNumber(text, form ?? '');
}

/** @throws ServiceError 400 for what cannot be a number (MicrosoftDocs process/run-number) */
function checkNumber(number: string, form: string): string {
  if (number !== '' && number.length <= 255 && !/["/:<>\\|?@*]/.test(number) && !number.endsWith('.')) return number;
  throw invalidPipeline(
    `The given build number format ${form} generated a build number '${number}' which contains invalid character(s), is too long, or ends with '.'. The maximum length of a build number is 255 characters. Characters which are not allowed include '"', '/', ':', '<', '>', '\\', '|', '?', '@', and '*'.`,
  );
}

function fillIn(form: string, source: NumberSource): string {
  const byName = new Map(Object.entries(source.variables).map(([name, value]) => [name.toLowerCase(), value]));
  return form.replace(/\$\(([^()]+)\)/g, (macro, content: string) => {
    const [name = '', pattern] = content.split(/:(.*)/s);
    return toToken(name.toLowerCase(), pattern, source) ?? byName.get(content.toLowerCase()) ?? macro;
  });
}

function toToken(name: string, pattern: string | undefined, { now, buildId, variables }: NumberSource) {
  switch (name) {
    case 'date':
      return toDateText(pattern ?? 'yyyyMMdd', now);
    case 'year':
      return toDateText(pattern ?? 'yyyy', now);
    case 'month':
      return String(now.getUTCMonth() + 1);
    case 'dayofmonth':
      return String(now.getUTCDate());
    case 'dayofyear':
      return String(Math.floor((now.getTime() - Date.UTC(now.getUTCFullYear(), 0, 1)) / 86_400_000) + 1);
    case 'hours':
      return String(now.getUTCHours());
    case 'minutes':
      return String(now.getUTCMinutes());
    case 'seconds':
      return String(now.getUTCSeconds());
    case 'buildid':
      return String(buildId);
    case 'builddefinitionname':
    case 'definitionname':
      return variables['Build.DefinitionName'];
    case 'sourcebranchname':
      return variables['Build.SourceBranchName'];
    case 'teamproject':
      return variables['System.TeamProject'];
    default:
      return undefined;
  }
}

function toDateText(pattern: string, now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const parts: Readonly<Record<string, string>> = {
    yyyy: String(now.getUTCFullYear()),
    yy: String(now.getUTCFullYear()).slice(-2),
    MM: two(now.getUTCMonth() + 1),
    M: String(now.getUTCMonth() + 1),
    dd: two(now.getUTCDate()),
    d: String(now.getUTCDate()),
    HH: two(now.getUTCHours()),
    H: String(now.getUTCHours()),
    mm: two(now.getUTCMinutes()),
    m: String(now.getUTCMinutes()),
    ss: two(now.getUTCSeconds()),
    s: String(now.getUTCSeconds()),
  };
  return pattern.replace(/yyyy|yy|MM?|dd?|HH?|mm?|ss?/g, (part) => parts[part] ?? part);
}
