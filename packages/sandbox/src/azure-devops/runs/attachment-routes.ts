import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, type Call, type Handlers, list } from '../call.ts';
import { ServiceError } from '../errors.ts';
import { getBuild } from './find-build.ts';
import { toPlanId } from './predefined-variables.ts';

/** Names within a folder; none where it is absent. */
function listNames(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Files of one kind that steps attached to a run: `Distributedtask.Core.Summary`. */
function showAttachments(call: Call): Answer {
  const build = getBuild(call);
  const folder = join(call.world.runs.open(call.organization, build).folder, 'attachments');
  const timelineId = toPlanId(call.organization, build);
  const at = `${call.base}/${build.projectId}/_apis/build/builds/${build.id}/${timelineId}`;
  const wanted = call.params.type?.toLowerCase();
  const found = listNames(folder).flatMap((recordId) =>
    listNames(join(folder, recordId))
      .filter((type) => type.toLowerCase() === wanted)
      .flatMap((type) =>
        listNames(join(folder, recordId, type)).map((name) => ({
          _links: { self: { href: `${at}/${recordId}/attachments/${type}/${encodeURIComponent(name)}` } },
          name,
        })),
      ),
  );
  return list(found);
}

function showAttachment(call: Call): Answer {
  const build = getBuild(call);
  const { recordId = '', type = '', name = '' } = call.params;
  const folder = join(call.world.runs.open(call.organization, build).folder, 'attachments');
  // Names are compared with those that are there, so that none leads out of the folder.
  const steps = [recordId, type, name];
  const path = steps.reduce<string | undefined>(
    (at, wanted) => (at !== undefined && listNames(at).includes(wanted) ? join(at, wanted) : undefined),
    folder,
  );
  if (path === undefined) {
    throw new ServiceError(404, 'AttachmentNotFoundException', `The attachment ${name} of type ${type} was not found.`);
  }
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: readFileSync(path) };
}

/** Files beside a run's record. */
export const attachmentHandlers: Handlers = {
  attachments: { GET: showAttachments },
  attachment: { GET: showAttachment },
};
