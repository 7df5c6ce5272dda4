import type { Principal } from '../principal.ts';
import type { Tokens } from '../tokens.ts';
import { AzError, type AzReply, type AzServices } from './command.ts';
import { AZ_COMMANDS } from './commands.ts';
import { parseWords } from './parse-words.ts';
import { printData } from './print-data.ts';

/** Answers one call of `az`. @param principal absent: nobody is signed in */
export async function runAz(
  words: readonly string[],
  principal: Principal | undefined,
  context: AzServices & { readonly tokens: Tokens; readonly seconds: number },
): Promise<AzReply> {
  try {
    const { command, options } = parseWords(AZ_COMMANDS, words);
    if (principal === undefined) throw new AzError(1, "Please run 'az login' to setup account.");
    const answer = await command.run({ ...context, principal, options });
    if (!('data' in answer)) return answer;
    return { exitCode: 0, stdout: printData(answer.data, options), stderr: '' };
  } catch (error) {
    if (!(error instanceof AzError)) throw error;
    return { exitCode: error.exitCode, stdout: '', stderr: `ERROR: ${error.message}\n` };
  }
}
