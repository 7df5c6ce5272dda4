import { type ExitCode, UserError } from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import { toInvocation } from '../commands.ts';
import { examineNetwork } from '../doctor/check-network.ts';
import { checkTools, type ToolSources } from '../doctor/check-tools.ts';
import { type Finding, toDoctorExitCode } from '../doctor/finding.ts';
import { checkAccess } from '../join/check-access.ts';
import { refuseForeignFolder } from '../join/clone-model.ts';
import { type Joining, openJoining } from '../join/joining.ts';
import type { Place } from '../join/make-place.ts';
import { parseRepositoryUrl, type RepositoryAddress } from '../join/parse-repository-url.ts';
import { type Reached, reachModel } from '../join/reach-model.ts';
import { settleIn } from '../join/settle-in.ts';
import { openTargetFolder } from '../project-folder.ts';
import type { Disk } from '../services/disk.ts';
import { makeGit } from '../services/git.ts';
import { makeShell } from '../services/shell.ts';

/**
 * From a repository's URL to a first change: checks, clone, Python environment, tests, and a branch and Git folder of one's own.
 * Writes nothing that others share; what is there already is taken, so running it again goes on.
 */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { terminal, translate, signal } = context;
  const address = parseRepositoryUrl(getUrl(context));
  const disk = openTargetFolder(context, context.positionals[1] ?? address.repository);
  await refuseForeignFolder({ disk, git: makeGit(context.env) }, toUrl(address), context);
  const joining = openJoining(context);
  const reached = await reachModel(context, address, disk.folder);
  try {
    const sources = toSources(context, reached);
    const isFit = await check(context, joining, reached, sources);
    const model = isFit && !context.flags.dryRun ? reached.model : undefined;
    const place = model && (await settleIn(context, joining, model, sources));
    if (signal.aborted) {
      terminal.print(translate('join.again'));
      return 130;
    }
    return finish(context, joining.findings(), disk, place);
  } finally {
    reached.model?.session.close();
  }
}

function getUrl({ positionals, translate, version }: CommandContext): string {
  const url = positionals[0]?.trim();
  if (url !== undefined && url !== '') return url;
  const help = `${toInvocation(version)} join --help`;
  throw new UserError('usage', translate('join.missing'), translate('error.seeHelp', { help }));
}

function toUrl({ organizationUrl, project, repository }: RepositoryAddress): string {
  return `${organizationUrl}/${encodeURIComponent(project)}/_git/${encodeURIComponent(repository)}`;
}

function toSources({ env: environment, translate }: CommandContext, { model }: Reached): ToolSources {
  const python = model === undefined ? {} : { python: model.session.project.manifest.python };
  return { shell: makeShell(), environment, translate, node: process.versions.node, ...python };
}

/** All that only looks. @returns whether the rest can be done: git, and a model that may be read */
async function check(
  context: CommandContext,
  joining: Joining,
  { findings, model }: Reached,
  sources: ToolSources,
): Promise<boolean> {
  const target = model?.session.project.target;
  const addresses = target === undefined ? [] : [target.organizationUrl, target.databricksHost];
  const tools = await checkTools(sources);
  const access = model && (await checkAccess(model.session, model.repository.id, context.translate));
  joining.add([...tools, ...examineNetwork(context, addresses), ...inOrder([...findings, ...(access ?? [])])]);
  return model !== undefined && tools.every(({ name, status }) => name !== 'git' || status === 'pass');
}

/** Log-ins, then what they lead to. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const isSignIn = ({ topic }: Finding) => topic === 'sign-in';
  return [...findings.filter(isSignIn), ...findings.filter((each) => !isSignIn(each))];
}

function finish(context: CommandContext, findings: readonly Finding[], disk: Disk, place: Place | undefined): ExitCode {
  const { terminal, translate, flags, version } = context;
  const failed = findings.filter(({ status }) => status === 'fail').length;
  const exitCode = toDoctorExitCode(findings);
  if (flags.dryRun) terminal.print(translate('join.dryRun'));
  if (failed > 0) terminal.print(`${translate('doctor.failed', { count: failed })} ${translate('join.again')}`);
  else if (!flags.dryRun) {
    const start = `${toInvocation(version)} feature start <name>`;
    for (const line of [translate('join.done'), `  cd ${disk.folder}`, `  ${start}`]) terminal.print(line);
  }
  const made = place === undefined ? {} : { branch: place.branch, gitFolder: place.folder };
  context.printDocument({
    schema: 1,
    kind: 'join',
    dryRun: flags.dryRun,
    folder: disk.folder,
    ...made,
    findings,
    exitCode,
  });
  return exitCode;
}
