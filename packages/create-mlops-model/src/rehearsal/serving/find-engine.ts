import { makeShell } from '../../services/shell.ts';
import type { Rehearsal } from '../rehearsal.ts';

/** Programs without which nothing is put into service, and how each is asked whether it works. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  docker: ['version', '--format', '{{.Server.Version}}'],
  kubectl: ['version', '--client', '--output', 'json'],
};

/** Whether this machine can build and run images; says what it lacks, and that the chapter is passed over. */
export async function hasEngine({ context }: Rehearsal): Promise<boolean> {
  const { terminal, translate, env } = context;
  const shell = makeShell();
  const missing: string[] = [];
  for (const [program, args] of Object.entries(NEEDED)) {
    const asked = await shell.run(program, args, { environment: env, timeout: 20_000 });
    if (asked.exitCode !== 0 || asked.stdout.trim() === '') missing.push(program);
  }
  if (missing.length > 0) terminal.print(translate('rehearse.noEngine', { programs: missing.join(', ') }));
  return missing.length === 0;
}
