import { type ExitCode, type Files, type Manifest, plan } from '@create-mlops-model/core';
import { type CarriedOut, carryOut } from './carry-out.ts';
import type { CommandContext, TargetKind } from './command.ts';
import { declare } from './declare.ts';
import { toLocalAuthor } from './local-author.ts';
import { refuseForeignFiles } from './project-folder.ts';
import { renderProject } from './render-project.ts';
import { reportResult } from './report-result.ts';
import type { Disk } from './services/disk.ts';
import { makeGit } from './services/git.ts';
import { openSession, type Session } from './session.ts';
import { rewriteFiles } from './update/rewrite-files.ts';

/** A project whose files are rendered. */
export interface Provision {
  readonly disk: Disk;
  readonly manifest: Manifest;
  readonly files: Files;
  readonly kind: TargetKind;
  readonly isNew: boolean;
}

/** Everything around the files, from plan to report: on the sandbox or on Azure. */
export async function provision(
  context: CommandContext,
  { disk, manifest, files, kind, isNew }: Provision,
): Promise<ExitCode> {
  if (isNew) refuseForeignFiles(context, disk, files);
  else if (!context.flags.dryRun) await commitAnswers(context, disk, manifest, files);
  const session = await openSession(context, { manifest, folder: disk.folder, kind, ...(isNew ? { files } : {}) });
  try {
    const kept = context.flags.takeOver && isNew ? await keepTakenOver(context, session) : session;
    const done: CarriedOut = await carryOut(context, kept);
    await reportResult(context, kept, done);
    return done.exitCode;
  } finally {
    session.close();
  }
}

/** What is about to be taken over goes into `keep:` before the first commit, so that `destroy` leaves it. */
async function keepTakenOver(context: CommandContext, session: Session): Promise<Session> {
  const { project, services } = session;
  const { plan: steps } = await plan(declare(project, services), { takeOver: true });
  const keep = steps.flatMap((step) => (step.action === 'update' && step.takeOver ? [step.address] : []));
  if (keep.length === 0) return session;
  const manifest = { ...project.manifest, keep };
  return { ...session, project: { ...project, manifest, files: await renderProject(manifest, context.version) } };
}

/** `--continue`: the answers go into `mlops.yaml` and the files that depend on it, as one commit. */
async function commitAnswers(context: CommandContext, disk: Disk, manifest: Manifest, files: Files): Promise<void> {
  const paths = await rewriteFiles(context, disk, files);
  if (paths.length === 0) return;
  const git = makeGit(context.env);
  if ((await git.findClone(disk.folder))?.head === undefined) return;
  await git.commit(disk.folder, {
    paths,
    executables: paths.filter((path) => files.get(path)?.executable),
    message: `Fill in what Azure needs for ${manifest.model.name}`,
    author: async () => toLocalAuthor(),
  });
}
