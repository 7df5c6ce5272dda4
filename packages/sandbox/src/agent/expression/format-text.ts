import { ExpressionError } from './expression-error.ts';

/** Puts values where `{0}`, `{1}`… stand; doubled braces are braces; `{0:yyyyMMdd}` writes a time in UTC. @throws ExpressionError */
export function formatText(form: string, values: readonly string[]): string {
  return form.replace(/\{\{|\}\}|\{(\d+)(?::([^{}]*))?\}|[{}]/g, (found, index?: string, pattern?: string) => {
    if (found === '{{') return '{';
    if (found === '}}') return '}';
    const value = index === undefined ? undefined : values[Number(index)];
    if (value === undefined) throw new ExpressionError(`The following format string is invalid: ${form}`);
    return pattern ? formatTime(value, pattern) : value;
  });
}

function formatTime(text: string, pattern: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new ExpressionError(`The format '${pattern}' needs a time, not '${text}'`);
  const [year, month, day, hour, minute, second] = time.toISOString().split(/[-T:.Z]/);
  const parts: Record<string, string | undefined> = {
    yyyy: year,
    yy: year?.slice(-2),
    MM: month,
    dd: day,
    HH: hour,
    mm: minute,
    ss: second,
  };
  return pattern.replace(/yyyy|yy|MM|dd|HH|mm|ss/g, (part) => parts[part] ?? part);
}
