import { type AzCommand, AzError } from './command.ts';

/** Options of every command. */
const GLOBAL: AzCommand['options'] = {
  output: { short: 'o' },
  query: {},
  subscription: {},
  'only-show-errors': { flag: true },
};

/** Finds the command and reads its options. @throws AzError 2, naming what is not known */
export function parseWords(
  commands: readonly AzCommand[],
  words: readonly string[],
): { readonly command: AzCommand; readonly options: Readonly<Record<string, string>> } {
  const end = words.findIndex((word) => word.startsWith('-'));
  const name = words.slice(0, end < 0 ? words.length : end).join(' ');
  const command = commands.find((candidate) => candidate.words === name);
  if (!command) {
    const known = commands.map((candidate) => candidate.words).join(', ');
    throw new AzError(2, `'${name}' is not a command of this az. It answers: ${known}.`);
  }
  const options = parseOptions(command, end < 0 ? [] : words.slice(end));
  const lacking = Object.keys(command.options).filter((key) => command.options[key]?.required && !(key in options));
  if (lacking.length > 0) {
    throw new AzError(2, `the following arguments are required: ${lacking.map((key) => `--${key}`).join(', ')}`);
  }
  return { command, options };
}

function parseOptions(command: AzCommand, words: readonly string[]): Record<string, string> {
  const known = { ...GLOBAL, ...command.options };
  const options: Record<string, string> = {};
  for (let index = 0; index < words.length; index++) {
    const [word = '', ...inline] = (words[index] ?? '').split('=');
    const name = Object.keys(known).find((key) => word === `--${key}` || word === `-${known[key]?.short}`);
    if (name === undefined) throw new AzError(2, `unrecognized arguments: ${words[index]}`);
    if (known[name]?.flag) {
      options[name] = '';
      continue;
    }
    const value = inline.length > 0 ? inline.join('=') : words[++index];
    if (value === undefined || (inline.length === 0 && value.startsWith('--'))) {
      throw new AzError(2, `argument --${name}: expected one argument`);
    }
    options[name] = value;
  }
  return options;
}
