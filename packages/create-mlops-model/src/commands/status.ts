import { type ExitCode, type Manifest, toNames } from '@create-mlops-model/core';
import type { Expiring } from '@create-mlops-model/pipeline-templates';
import { findTargetKind, getModelFolder } from '../clone.ts';
import type { CommandContext } from '../command.ts';
import { readManifest } from '../project-folder.ts';
import type { Disk } from '../services/disk.ts';
import { findSandbox, toSandboxHome } from '../services/sandbox.ts';
import { openSession } from '../session.ts';
import { describeStatus } from '../status/describe-status.ts';
import { listExpiring } from '../status/list-expiring.ts';
import { type FilesStatus, readFiles } from '../status/read-files.ts';
import { readStatus, type ServiceStatus } from '../status/read-status.ts';

/** What is live, what ran last and runs next, and how the generated files stand; writes nothing. `--files`: these alone. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { flags, terminal, translate } = context;
  const disk = getModelFolder(context);
  const files = await readFiles(context, disk);
  printFiles(context, files);
  if (flags.files) {
    context.printDocument({ schema: 1, kind: 'status', ...files });
    return 0;
  }
  const manifest = await readManifest(context, disk);
  const expires = listExpiring(manifest, toNames(manifest), new Date());
  printExpiring(context, expires);
  const services = await askServices(context, manifest, disk);
  if (services === undefined) terminal.print(`${translate('sandbox.notRunning')} ${translate('status.onlyFiles')}`);
  else for (const line of describeStatus(services, manifest, translate)) terminal.print(line);
  context.printDocument({ schema: 1, kind: 'status', ...files, expires, ...(services ? { services } : {}) });
  return 0;
}

/** `undefined`: they would be the sandbox's, which does not run and is not started for a look. */
async function askServices(
  context: CommandContext,
  manifest: Manifest,
  disk: Disk,
): Promise<ServiceStatus | undefined> {
  const kind = await findTargetKind(context, disk.folder, manifest);
  if (kind === 'sandbox' && findSandbox(toSandboxHome(context.env)) === undefined) return undefined;
  const session = await openSession(context, { manifest, folder: disk.folder, kind });
  try {
    return await readStatus(context, session);
  } finally {
    session.close();
  }
}

function printFiles({ flags, terminal, translate, version }: CommandContext, { generator, files }: FilesStatus): void {
  const head = translate('status.head', { version: generator });
  terminal.print(generator === version ? head : `${head} ${translate('status.newer', { version })}`);
  for (const ownership of ['managed', 'locked', 'seed'] as const) {
    const some = files.filter((file) => file.ownership === ownership);
    if (some.length === 0) continue;
    terminal.print(`  ${translate(`status.${ownership}`, { count: some.length })}`);
    for (const file of flags.files ? some : some.filter(({ state }) => state === 'edited' || state === 'deleted')) {
      terminal.print(`    ${file.path}${file.state === undefined ? '' : `  ${translate(`status.${file.state}`)}`}`);
    }
  }
}

function printExpiring({ terminal, translate }: CommandContext, expires: readonly Expiring[]): void {
  for (const { name, end, successor } of expires)
    terminal.print(`  ! ${translate('status.expires', { name, end, successor })}`);
}
