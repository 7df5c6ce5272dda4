import type { CommandContext } from '../command.ts';
import { getSandbox } from '../session.ts';

/** The same run, as another person of the sandbox: whatever tokens the environment holds are not theirs. */
export async function asIdentity(context: CommandContext, key: 'you' | 'colleague'): Promise<CommandContext> {
  const { identities } = await getSandbox(context);
  const token = identities.find((each) => each.key === key)?.token;
  if (token === undefined) throw new Error(`the sandbox knows no ${key}`);
  return { ...context, env: { ...context.env, AZURE_DEVOPS_EXT_PAT: token, DATABRICKS_TOKEN: token } };
}
