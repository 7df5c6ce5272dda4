import { type ExitCode, MANIFEST_PATH } from '@create-mlops-model/core';
import { findModelFolder, findTargetKind, followServer } from '../clone.ts';
import type { CommandContext } from '../command.ts';
import { toInvocation } from '../commands.ts';
import { examineNetwork } from '../doctor/check-network.ts';
import { checkProject } from '../doctor/check-project.ts';
import { checkCredentials, checkSignIns } from '../doctor/check-sign-in.ts';
import { checkTools } from '../doctor/check-tools.ts';
import { describeFindings } from '../doctor/describe-findings.ts';
import { type Finding, toDoctorExitCode, toFailure } from '../doctor/finding.ts';
import { readManifest } from '../project-folder.ts';
import type { Disk } from '../services/disk.ts';
import { findSandbox, toSandboxHome } from '../services/sandbox.ts';
import { makeShell } from '../services/shell.ts';
import { openSession, type Session } from '../session.ts';

/** Looks at everything that work on a model needs, and says what to do about what is wrong. Changes nothing. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { terminal, translate, version } = context;
  const disk = findModelFolder(context.cwd);
  const findings = disk === undefined ? await examineMachine(context) : await examineModel(context, disk);
  for (const line of describeFindings(findings, context)) terminal.print(line);
  if (disk === undefined) terminal.print(translate('doctor.noModel', { command: toInvocation(version) }));
  const failed = findings.filter(({ status }) => status === 'fail').length;
  terminal.print(failed === 0 ? translate('doctor.well') : translate('doctor.failed', { count: failed }));
  const exitCode = toDoctorExitCode(findings);
  context.printDocument({ schema: 1, kind: 'doctor', model: disk !== undefined, findings, exitCode });
  return exitCode;
}

/** Outside a model's folder: tools and log-ins. */
async function examineMachine(context: CommandContext): Promise<readonly Finding[]> {
  const { env: environment, translate, flags } = context;
  const shell = makeShell();
  const [tools, signIns] = await Promise.all([
    checkTools({ shell, environment, translate, node: process.versions.node }),
    checkCredentials({ shell, environment, translate }, flags.target),
  ]);
  return [...tools, ...examineNetwork(context, []), ...signIns];
}

async function examineModel(context: CommandContext, disk: Disk): Promise<readonly Finding[]> {
  const { env: environment, translate } = context;
  const opened = await openModel(context, disk);
  const isOpen = 'session' in opened;
  try {
    const python = isOpen ? { python: opened.session.project.manifest.python } : {};
    const [tools, services] = await Promise.all([
      checkTools({ shell: makeShell(), environment, translate, node: process.versions.node, ...python }),
      isOpen ? examineServices(context, opened.session) : [opened],
    ]);
    const target = isOpen ? opened.session.project.target : undefined;
    const addresses = target === undefined ? [] : [target.organizationUrl, target.databricksHost];
    return [...tools, ...examineNetwork(context, addresses), ...services];
  } finally {
    if (isOpen) opened.session.close();
  }
}

/** The session, or why there is none. A sandbox that does not run is not started here: nothing is changed. */
async function openModel(context: CommandContext, disk: Disk): Promise<{ readonly session: Session } | Finding> {
  const { env, translate, version } = context;
  try {
    const manifest = await readManifest(context, disk);
    const kind = await findTargetKind(context, disk.folder, manifest);
    if (kind === 'azure' || findSandbox(toSandboxHome(env)) !== undefined) {
      return { session: await openSession(context, { manifest, folder: disk.folder, kind }) };
    }
    const fix = translate('sandbox.startHint', { command: `${toInvocation(version)} sandbox start` });
    return { topic: 'project', name: 'sandbox', status: 'fail', text: translate('sandbox.notRunning'), fix };
  } catch (error) {
    return toFailure('project', MANIFEST_PATH, error, translate);
  }
}

async function examineServices(context: CommandContext, session: Session): Promise<readonly Finding[]> {
  const { translate, version } = context;
  const signIns = await checkSignIns(session.services, translate);
  // Without a log-in every object would only say the same again.
  if (signIns.some(({ status }) => status === 'fail')) return signIns;
  try {
    const followed = (await followServer(context, session)) ?? session;
    return [...signIns, ...(await checkProject(followed, toInvocation(version), translate))];
  } catch (error) {
    return [...signIns, toFailure('project', MANIFEST_PATH, error, translate)];
  }
}
