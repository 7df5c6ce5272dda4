import { enumsOf } from './enums.ts';
import type { Location } from './locations.ts';

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** The body in the form the Accept header asks for: bare lists, numeric enums, Microsoft's dates. */
export function toWireForm(body: unknown, location: Location, accept: string): unknown {
  const asked = (option: string) => accept.toLowerCase().includes(`${option.toLowerCase()}=true`);
  const bare = asked('noArrayWrap') ? unwrap(body) : body;
  const enums = asked('enumsAsNumbers') ? enumsOf(location) : undefined;
  const dates = asked('msDateFormat');
  const rewritten = enums || dates ? rewrite(bare, enums ?? {}, dates, '') : bare;
  return dates ? withEscapedDates(JSON.stringify(rewritten)) : rewritten;
}

/** The slashes of a date are escaped, which is how clients tell it from text that only looks like one. */
function withEscapedDates(json: string): string {
  return json.replace(/"\/Date\((-?\d+)\)\/"/g, '"\\/Date($1)\\/"');
}

function unwrap(body: unknown): unknown {
  const { value, ...rest } = body as { value?: unknown; count?: unknown };
  return Array.isArray(value) && Object.keys(rest).join() === 'count' ? value : body;
}

function rewrite(
  value: unknown,
  enums: Readonly<Record<string, Readonly<Record<string, number>>>>,
  dates: boolean,
  key: string,
): unknown {
  if (typeof value === 'string') {
    const number = enums[key]?.[value];
    if (number !== undefined) return number;
    return dates && DATE.test(value) ? `/Date(${Date.parse(value)})/` : value;
  }
  if (Array.isArray(value)) return value.map((item) => rewrite(item, enums, dates, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rewrite(item, enums, dates, name)]));
}
