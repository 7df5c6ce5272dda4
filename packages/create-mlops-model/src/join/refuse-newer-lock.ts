import { UserError } from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';

/**
 * A project that a newer version wrote is left to that version.
 * @param lock text of `mlops.lock`
 * @param command what was typed, for the line that works
 * @throws UserError `failed`
 */
export function refuseNewerLock(lock: string, { version }: Pick<CommandContext, 'version'>, command: string): void {
  // A newer lock may have another form: only this one field is counted on.
  const generator = /"generator"\s*:\s*"(\d+\.\d+\.\d+[^"\s]*)"/.exec(lock)?.[1];
  if (generator === undefined || !isNewer(generator, version)) return;
  throw new UserError(
    'failed',
    {
      en: `This repository was written by version ${generator}, which is newer than this one (${version}).`,
      fr: `Ce dépôt a été écrit par la version ${generator}, plus récente que celle-ci (${version}).`,
    },
    `npx create-mlops-model@${generator} ${command}`,
  );
}

/** By numbers; a pre-release comes before its release. */
function isNewer(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => text.split(/[-+]/)[0]?.split('.').map(Number) ?? []);
  for (const index of [0, 1, 2]) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return b.includes('-') && !a.includes('-');
}
