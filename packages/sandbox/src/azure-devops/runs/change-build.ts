import { type Answer, type Call, getBody, getBodyList, list, noContent, ok, toText } from '../call.ts';
import { buildStatus, findEnumName } from '../enums.ts';
import { badRequest } from '../errors.ts';
import type { Build, Json } from '../state.ts';
import { describeBuild } from './build-form.ts';
import { getBuild, requireBuildRight } from './find-build.ts';
import { removeBuilds } from './remove-builds.ts';

/** Cancels a run, keeps it, or numbers it anew. */
export function updateBuild(call: Call): Answer {
  const build = getBuild(call);
  change(call, build, getBody(call));
  return ok(describeBuild(call, build));
}

/** The same for several runs, each with its id. */
export function updateBuilds(call: Call): Answer {
  const changes = getBodyList(call).map((body) => ({ body, build: getBuild(call, toText(body.id)) }));
  for (const { body, build } of changes) change(call, build, body);
  return list(changes.map(({ build }) => describeBuild(call, build)));
}

function change(call: Call, build: Build, body: Json): void {
  if (body.status !== undefined) changeStatus(call, build, body.status);
  if (typeof body.keepForever === 'boolean') {
    requireBuildRight(call, build.definitionId, 'UpdateBuildInformation');
    build.keepForever = body.keepForever;
  }
  if (typeof body.buildNumber === 'string' && body.buildNumber !== build.number) {
    requireBuildRight(call, build.definitionId, 'UpdateBuildInformation');
    build.number = checkNumber(body.buildNumber);
  }
  build.lastChangedDate = call.world.clock.now().toISOString();
  build.lastChangedBy = call.identity.id;
}

function checkNumber(number: string): string {
  if (number !== '' && number.length <= 255 && !/["/:<>\\|?@*]/.test(number) && !number.endsWith('.')) return number;
  throw badRequest(
    `The build number ${number} is not valid. It cannot be empty, end with '.', be longer than 255 characters, or contain any of: ", /, :, <, >, \\, |, ?, @, *.`,
    'InvalidBuildNumberException',
  );
}

/** The one thing that a status can be set to is the wish to end. */
function changeStatus(call: Call, build: Build, asked: unknown): void {
  const status = findEnumName(buildStatus, asked);
  if (status === build.status) return;
  if (status !== 'cancelling') {
    throw badRequest(`The status of a build cannot be set to ${String(asked)}.`, 'InvalidBuildException');
  }
  requireBuildRight(call, build.definitionId, 'StopBuilds');
  if (build.status === 'completed') return;
  build.status = 'cancelling';
  build.canceledBy = call.identity.id;
  call.world.runs.cancel(call.organization, build);
}

/** Removes a run with all that it left. A run under way is ended first. */
export async function deleteBuild(call: Call): Promise<Answer> {
  const build = getBuild(call);
  requireBuildRight(call, build.definitionId, 'DeleteBuilds');
  if (build.keepForever) {
    throw badRequest(
      `The build ${build.number} is retained and cannot be deleted.`,
      'CannotDeleteRetainedBuildException',
    );
  }
  if (build.status !== 'completed') {
    throw badRequest(`The build ${build.number} is in progress and cannot be deleted.`, 'InvalidBuildException');
  }
  await removeBuilds(call, (other) => other === build);
  return noContent();
}
