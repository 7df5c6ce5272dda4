import { UserError } from '@create-mlops-model/core/errors';
import type { Translate } from '@create-mlops-model/core/messages/index';
import type { Question } from '@create-mlops-model/core/question';
import { questions } from '@create-mlops-model/core/questions';
import { commands } from './commands.ts';
import { globalFlags } from './flag-rows.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** npm's own settings: set for other reasons, so they prove nothing. */
const NPM_OWN = new Set(['yes', 'json', 'dry-run', 'version', 'help', 'lang', 'target', 'check']);

/**
 * Stops when npm kept our flags for itself. `npm create mlops-model --task regression` needs a `--` before the flags, and
 * PowerShell's `npm.ps1` swallows a `--` that is not quoted. npm 7–11 leave such flags in `npm_config_*`:
 * `--a=b` as the value, `--a b` as `true` with `b` among the words, `--no-a` as an empty text.
 * @throws UserError `usage` with the line that works
 */
export function refuseEatenFlags(argv: readonly string[], env: Env, platform: string, translate: Translate): void {
  // Under `npm run` and the like the settings are somebody else's.
  if (env.npm_command !== 'init' && env.npm_command !== 'exec') return;
  const { flags, words } = findEaten(argv, env, platform);
  if (flags.length === 0) return;
  const line = [...words.map((word) => quoteFor(word, platform)), ...flags].join(' ');
  // A quoted `--` passes PowerShell and cmd alike.
  const dashes = platform === 'win32' ? '"--"' : '--';
  const verb = env.npm_command === 'init' ? 'npm create mlops-model@latest' : 'npx create-mlops-model@latest';
  const fixed = env.npm_command === 'init' ? `${verb} ${dashes} ${line}` : `${verb} ${line}`;
  const isPowerShell = platform === 'win32' && env.npm_command === 'init';
  const given = flags.join(' ');
  throw new UserError(
    'usage',
    isPowerShell
      ? translate('error.eaten.powershell', { flags: given })
      : translate('error.eaten.npm', { flags: given }),
    [
      translate(platform === 'win32' ? 'error.eaten.hintWindows' : 'error.eaten.hint'),
      `  ${fixed}`,
      ...(env.npm_command === 'init'
        ? [`  pnpm create mlops-model ${line}`, `  yarn create mlops-model ${line}`, `  bun create mlops-model ${line}`]
        : []),
    ].join('\n'),
  );
}

interface Eaten {
  /** As they were typed, values put back. */
  readonly flags: readonly string[];
  /** The words that are left. */
  readonly words: readonly string[];
}

function findEaten(argv: readonly string[], env: Env, platform: string): Eaten {
  const words = argv.filter((word) => word !== '--');
  const flags: string[] = [];
  for (const { flag, takesValue } of inTypedOrder(env)) {
    const negated = flag.startsWith('--no-');
    const name = flag.replace(/^--(no-)?/, '');
    if (NPM_OWN.has(name) || words.some((word) => word === flag || word.startsWith(`${flag}=`))) continue;
    const value = env[toVariable(flag)];
    if (value === undefined) continue;
    if (negated ? value === '' : !takesValue && value === 'true') flags.push(flag);
    else if (!negated && takesValue && value !== '') {
      // `true`: the value was left behind as a word, the last ones first.
      const text = value === 'true' ? takeWord(words) : value;
      flags.push(text === undefined ? flag : `${flag} ${quoteFor(text, platform)}`);
    }
  }
  return { flags, words };
}

/** The first word is the folder, where there is more than one. */
function takeWord(words: string[]): string | undefined {
  return words.length > 1 ? words.splice(1, 1)[0] : words.shift();
}

/** npm sets the variables in the order in which the flags were typed, and the values it left behind stand in that order too. */
function inTypedOrder(env: Env): ReturnType<typeof knownFlags> {
  const order = Object.keys(env);
  const place = (flag: string) => order.indexOf(toVariable(flag));
  return [...knownFlags()].sort((a, b) => place(a.flag) - place(b.flag));
}

function toVariable(flag: string): string {
  return `npm_config_${flag.replace(/^--(no-)?/, '').replaceAll('-', '_')}`;
}

function knownFlags(): readonly { readonly flag: string; readonly takesValue: boolean }[] {
  const rows = [...globalFlags, ...commands.flatMap((command) => command.flags)];
  return [
    ...questions.map(({ flag, kind }: Question) => ({ flag, takesValue: kind !== 'switch' })),
    ...rows.map(({ flag, value }) => ({ flag, takesValue: value !== undefined })),
  ].filter((row, index, all) => all.findIndex((other) => other.flag === row.flag) === index);
}

/** cmd knows no single quotes; names that we accept hold nothing that it would take for its own. */
function quoteFor(word: string, platform: string): string {
  if (platform !== 'win32') return quoteWord(word);
  return /^[\w@+=:,./\\-]+$/.test(word) ? word : `"${word.replaceAll('"', '')}"`;
}

/** Safe in POSIX shells; plain words stay plain, so the line works elsewhere too. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
