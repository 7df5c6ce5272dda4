import { relative, resolve } from 'node:path';
import {
  apply,
  azureTarget,
  describeOutcome,
  describePlan,
  type ExitCode,
  type Files,
  type Manifest,
  type Planned,
  plan,
  type Resource,
  toExitCode,
  toManifest,
  toNames,
  toOutcomeDocument,
  toPlanDocument,
} from '@create-mlops-model/core';
import { ask } from '../ask.ts';
import type { CommandContext } from '../command.ts';
import { toInvocation } from '../commands.ts';
import { declareClone } from '../declare/clone.ts';
import { toCloneUrl } from '../declare/clone-url.ts';
import { toLocalAuthor } from '../local-author.ts';
import { findNewestPython } from '../newest-python.ts';
import { openTargetFolder, readManifest, refuseForeignFiles } from '../project-folder.ts';
import type { Provision } from '../provision.ts';
import { renderProject } from '../render-project.ts';
import { type Disk, openDisk, readTextAt } from '../services/disk.ts';
import { makeGit } from '../services/git.ts';
import { openJournal } from '../services/journal.ts';
import { makeShell } from '../services/shell.ts';

/** A model's repository and everything around it, from answers to report. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { flags, terminal, translate, positionals } = context;
  const typed = positionals[0];
  // A folder that cannot be written to is refused before anything is asked.
  if (typed !== undefined) openTargetFolder(context, typed);
  const before = flags.continue ? await readManifest(context, openDisk(resolve(context.cwd, typed ?? '.'))) : undefined;
  terminal.print(terminal.style.bold(translate('create.intro')));
  const asked = await ask({
    context,
    directory: typed,
    readText: readTextAt,
    // Nothing runs for files alone.
    ...(flags.filesOnly ? {} : { findPython: () => findNewestPython(makeShell(), context.env) }),
    ...(before ? { manifest: before } : {}),
  });
  const manifest: Manifest = { ...toManifest(asked.answers, translate), keep: before?.keep ?? [] };
  const disk = openTargetFolder(context, typed ?? manifest.model.name);
  terminal.print(translate('create.directory', { directory: disk.folder }));
  const files = await renderProject(manifest, context.version);
  const done = flags.filesOnly
    ? await writeFiles(context, disk, manifest, files)
    : await provision(context, { disk, manifest, files, kind: asked.target, isNew: before === undefined });
  if (asked.wasAsked) terminal.print(`${translate('report.repeat')}\n  ${asked.commandLine}`);
  const folder = relative(context.cwd, disk.folder);
  if (done === 0 && folder !== '') terminal.print(translate('create.next.cd', { command: `cd ${folder}` }));
  if (done === 0) {
    const command = `${toInvocation(context.version)} ${flags.filesOnly ? 'apply' : 'plan'}`;
    terminal.print(translate(flags.filesOnly ? 'create.filesOnly' : 'create.next.plan', { command }));
    if (asked.target === 'sandbox') terminal.print(translate('create.next.azure', { command: toAzure(context) }));
  }
  return done;
}

/** The services are loaded only by a run that gets to them. */
async function provision(context: CommandContext, project: Provision): Promise<ExitCode> {
  return (await import('./project.ts')).provision(context, project);
}

function toAzure({ version }: CommandContext): string {
  return `${toInvocation(version)} . --continue --target azure`;
}

/** `--files-only`: the same plan and apply, for files and clone alone. */
async function writeFiles(context: CommandContext, disk: Disk, manifest: Manifest, files: Files): Promise<ExitCode> {
  const { terminal, translate, flags } = context;
  refuseForeignFiles(context, disk, files);
  const { repository: name } = toNames(manifest);
  const target = azureTarget(manifest);
  const origin = target.organizationUrl === '' || target.project === '' ? {} : { origin: toCloneUrl(target, name) };
  const author = async () => toLocalAuthor();
  const local = declareClone({ name, files, author, ...origin }, { disk, git: makeGit(context.env) });
  const planned: Planned = await plan([...local.files, local.clone] as readonly Resource[]);
  for (const line of describePlan(planned.plan, translate)) terminal.print(line);
  if (flags.dryRun) {
    terminal.print(translate('create.dryRun'));
    context.printDocument({ ...toPlanDocument(planned.plan) });
    return 0;
  }
  const outcome = await apply(planned, { journal: openJournal(disk, Date.now), signal: context.signal });
  for (const line of describeOutcome(outcome, translate)) terminal.print(line);
  context.printDocument(toOutcomeDocument(outcome));
  return toExitCode(outcome);
}
