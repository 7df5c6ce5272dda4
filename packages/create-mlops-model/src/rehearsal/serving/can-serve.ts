import { makeShell } from '../../services/shell.ts';
import type { Rehearsal } from '../rehearsal.ts';

/** Whether this machine can put an image into service; says what it lacks and that the chapter is passed over, or what stands in. */
export async function canServe({ context }: Rehearsal): Promise<boolean> {
  const { terminal, translate, env } = context;
  const works = async (program: string, ...args: string[]) => {
    const asked = await makeShell().run(program, args, { environment: env, timeout: 20_000 });
    return asked.exitCode === 0 && asked.stdout.trim() !== '';
  };
  if (!(await works('kubectl', 'version', '--client', '--output', 'json'))) {
    terminal.print(translate('rehearse.passedOver', { program: 'kubectl' }));
    return false;
  }
  // Docker's, or Podman's behind `docker`; without one the sandbox's agents build by themselves.
  if (!(await works('docker', 'version', '--format', '{{.Server.Version}}'))) {
    terminal.print(translate('rehearse.processes'));
  }
  return true;
}
