import type { SandboxReply, SandboxRequest, Service } from './router.ts';

/** A created object that reads do not show yet. */
export interface Hidden {
  /** Where it was created. */
  readonly path: string;
  readonly reply: SandboxReply;
  /** How many reads are left that do not see it. */
  left: number;
}

type Reply = Exclude<SandboxReply, 'handled'>;

/** Lets a read pass, but without the objects that are not visible yet. */
export async function hideUntilRead(
  hidden: readonly Hidden[],
  request: SandboxRequest,
  service: Service,
): Promise<SandboxReply> {
  const reply = await service(request);
  if (request.method !== 'GET' || reply === 'handled' || reply.status !== 200) return reply;
  for (const entry of hidden) {
    const keys = toKeys(entry.reply);
    if (entry.left <= 0 || keys.id === undefined || toKind(request.path, keys) !== toKind(entry.path, keys)) continue;
    const without = leaveOut(reply, keys.id);
    if (without === undefined) continue;
    entry.left -= 1;
    return without;
  }
  return reply;
}

interface Keys {
  readonly id: string | undefined;
  readonly name: string | undefined;
}

/** DevOps calls it `id` and `name`, Databricks' jobs `job_id`. */
function toKeys(reply: SandboxReply): Keys {
  const body = (reply === 'handled' ? {} : (reply.body ?? {})) as { id?: unknown; job_id?: unknown; name?: unknown };
  const id = body.id ?? body.job_id;
  return {
    id: id === undefined ? undefined : String(id).toLowerCase(),
    name: body.name === undefined ? undefined : String(body.name).toLowerCase(),
  };
}

/** What kind of object an address is about: `git/repositories`, `policy/configurations`; `jobs` of Databricks. */
function toKind(path: string, { id, name }: Keys): string {
  const segments = path
    .split('/')
    .filter(Boolean)
    .map((segment) => decodeURIComponent(segment).toLowerCase());
  if (segments[0] === 'api') return segments[2] ?? '';
  const last = segments.at(-1);
  return segments
    .slice(0, last === id || last === name ? -1 : undefined)
    .slice(-2)
    .join('/');
}

function leaveOut(reply: Reply, id: string): Reply | undefined {
  const isIt = (item: unknown) => toKeys({ status: 200, body: item ?? {} }).id === id;
  if (isIt(reply.body)) {
    const message = 'VS800075: The resource does not exist, or you do not have permission to read it.';
    const typeKey = 'VssServiceException';
    return { status: 404, body: { $id: '1', message, typeKey, error_code: 'RESOURCE_DOES_NOT_EXIST', eventId: 3000 } };
  }
  const body = (reply.body ?? {}) as Record<string, unknown>;
  for (const [key, value] of Object.entries(body)) {
    if (!Array.isArray(value) || !value.some(isIt)) continue;
    const rest = value.filter((item) => !isIt(item));
    return {
      ...reply,
      body: { ...body, ...(typeof body.count === 'number' ? { count: rest.length } : {}), [key]: rest },
    };
  }
  return undefined;
}
