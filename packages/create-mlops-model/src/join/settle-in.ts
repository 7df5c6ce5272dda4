import type { CommandContext } from '../command.ts';
import { findPython, type ToolSources } from '../doctor/check-tools.ts';
import { type Finding, type Topic, toFailure } from '../doctor/finding.ts';
import type { Services } from '../services/services.ts';
import { cloneModel } from './clone-model.ts';
import type { Joining } from './joining.ts';
import { makeEnvironment, runTests } from './make-environment.ts';
import { makePlace, type Place } from './make-place.ts';
import type { Reached } from './reach-model.ts';

/** All that makes something: on this disk, then on the services what is the member's own. Stops early where `signal` says so. */
export async function settleIn(
  context: CommandContext,
  joining: Joining,
  { session, repository }: NonNullable<Reached['model']>,
  sources: ToolSources,
): Promise<Place | undefined> {
  const attempt = toAttempt(context, joining);
  const { services } = session;
  joining.begin('machine');
  if (!(await attempt('machine', 'clone', () => clone(context, services, repository.cloneUrl)))) return undefined;
  const { folder } = services.disk;
  const python = hasFailed(joining, 'python') ? undefined : await findPython(sources);
  const isReady =
    python !== undefined && (await attempt('machine', 'environment', () => makeEnvironment(context, folder, python)));
  if (isReady) await attempt('machine', 'tests', () => runTests(context, folder));
  // Who lacks one of these has read so above.
  if (hasFailed(joining, 'create-branch') || hasFailed(joining, 'databricks')) return undefined;
  let place: Place | undefined;
  await attempt('own', 'git-folder', async () => {
    const made = await makePlace(session, repository, context.translate);
    place = made.place;
    return [made.finding];
  });
  return place;
}

async function clone(context: CommandContext, services: Services, url: string): Promise<readonly Finding[]> {
  const [{ displayName, account }, authorization] = await Promise.all([
    services.azureDevOps.getUser(),
    services.credential.authorization(),
  ]);
  const author = { name: displayName || account, email: account };
  return cloneModel(services, { url, authorization }, author, context);
}

function hasFailed(joining: Joining, name: string): boolean {
  return joining.findings().some((each) => each.name === name && each.status === 'fail');
}

/** Does one thing and says what became of it. Nothing is begun after Ctrl-C, and what it ended has not failed. */
function toAttempt({ translate, signal }: CommandContext, joining: Joining) {
  return async (topic: Topic, name: string, act: () => Promise<readonly Finding[]>): Promise<boolean> => {
    if (signal.aborted) return false;
    const findings = await act().catch((error: unknown) => [toFailure(topic, name, error, translate)]);
    return !signal.aborted && joining.add(findings);
  };
}
