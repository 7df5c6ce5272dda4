import { AzError } from './command.ts';

/** Prints data as `--output` and `--query` ask. @throws AzError 2 for a form that is not printed here */
export function printData(data: unknown, options: Readonly<Record<string, string>>): string {
  const found = options.query === undefined ? data : select(data, options.query);
  switch (options.output ?? 'json') {
    case 'json':
      return found === undefined || found === null ? '' : `${JSON.stringify(found, null, 2)}\n`;
    case 'tsv':
      return toRows(found);
    case 'none':
      return '';
    default:
      throw new AzError(
        2,
        `argument --output/-o: '${options.output}' is not printed by this az; json, tsv and none are.`,
      );
  }
}

/** Field names joined by dots: all of JMESPath that the pipelines use. */
function select(data: unknown, query: string): unknown {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(query)) {
    throw new AzError(2, `argument --query: '${query}' is not understood by this az; names joined by dots are.`);
  }
  return query
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], data);
}

/** A value alone, or the values of an object in the order of their names' first appearance. */
function toRows(data: unknown): string {
  if (data === undefined || data === null) return '';
  if (typeof data !== 'object') return `${String(data)}\n`;
  if (Array.isArray(data)) return data.map(toRows).join('');
  const cells = Object.values(data).map((value) =>
    value !== null && typeof value === 'object' ? '' : `${value ?? ''}`,
  );
  return `${cells.join('\t')}\n`;
}
