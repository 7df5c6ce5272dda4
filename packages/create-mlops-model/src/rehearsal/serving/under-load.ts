import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { UserError } from '@create-mlops-model/core';
import type { LoadResult } from '../../send-load.ts';
import { startProgram } from '../../services/shell.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { getEndpoint, readExample } from './endpoint.ts';

/** How long the load goes on before and after; milliseconds. */
const BEFORE = 3000;
const AFTER = 3000;

/** Does something while another process calls the model, and holds that no request failed. @throws UserError where one did */
export async function underLoad<Value>(
  rehearsal: Rehearsal,
  act: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly load: LoadResult }> {
  const { terminal, translate, env } = rehearsal.context;
  const endpoint = await getEndpoint(rehearsal);
  const example = await readExample(rehearsal, endpoint);
  const program = join(dirname(fileURLToPath(import.meta.url)), 'send-load.cjs');
  const { end, kill } = startProgram(process.execPath, [program, endpoint, example], env);
  try {
    terminal.print(translate('rehearse.load.started', { url: endpoint }));
    await sleep(BEFORE);
    const value = await act();
    await sleep(AFTER);
    const load = JSON.parse(await end()) as LoadResult;
    const { requests, problems, versions } = load;
    if (problems.length > 0) throw dropped(requests, problems);
    terminal.print(translate('rehearse.load.ended', { count: String(requests), versions: versions.join(', ') }));
    return { value, load };
  } finally {
    kill();
  }
}

function dropped(requests: number, problems: readonly string[]): UserError {
  return new UserError('failed', {
    en: `Rehearsing: of ${requests} requests some failed: ${problems.slice(0, 3).join('; ')}`,
    fr: `Répétition\u00a0: sur ${requests} requêtes, certaines ont échoué\u00a0: ${problems.slice(0, 3).join('; ')}`,
  });
}
