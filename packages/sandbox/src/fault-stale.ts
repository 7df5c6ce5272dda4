import type { SandboxReply, SandboxRequest, Service } from './router.ts';

/** A created object that reads do not show yet. */
export interface Hidden {
  /** Where it was created. */
  readonly path: string;
  readonly reply: SandboxReply;
  /** How many reads are left that do not see it. */
  left: number;
}

/** Lets a read pass, but without the objects that are not visible yet. */
export async function hideUntilRead(
  hidden: readonly Hidden[],
  request: SandboxRequest,
  service: Service,
): Promise<SandboxReply> {
  const reply = await service(request);
  if (request.method !== 'GET' || reply === 'handled' || reply.status !== 200) return reply;
  for (const entry of hidden) {
    if (entry.left <= 0 || lastWord(entry.path) !== collectionOf(request.path, entry)) continue;
    const without = leaveOut(reply, entry);
    if (without === undefined) continue;
    entry.left -= 1;
    return without;
  }
  return reply;
}

/** The word that names the kind: the same in an organisation's and in a project's address. */
function lastWord(path: string): string {
  return path.split('/').filter(Boolean).at(-1)?.toLowerCase() ?? '';
}

function collectionOf(path: string, { reply }: Hidden): string {
  const segments = path
    .split('/')
    .filter(Boolean)
    .map((segment) => decodeURIComponent(segment).toLowerCase());
  const { id, name } = toKeys(reply);
  return (segments.at(-1) === id || segments.at(-1) === name ? segments.at(-2) : segments.at(-1)) ?? '';
}

function toKeys(reply: SandboxReply): { id: string | undefined; name: string | undefined } {
  const body = (reply === 'handled' ? {} : (reply.body ?? {})) as { id?: unknown; name?: unknown };
  return {
    id: body.id === undefined ? undefined : String(body.id).toLowerCase(),
    name: body.name === undefined ? undefined : String(body.name).toLowerCase(),
  };
}

function leaveOut(reply: Exclude<SandboxReply, 'handled'>, entry: Hidden): SandboxReply | undefined {
  const { id } = toKeys(entry.reply);
  const { value } = (reply.body ?? {}) as { value?: unknown };
  const isIt = (item: unknown) => String((item as { id?: unknown } | null)?.id).toLowerCase() === id;
  if (Array.isArray(value)) {
    if (!value.some(isIt)) return undefined;
    const rest = value.filter((item) => !isIt(item));
    return { ...reply, body: { count: rest.length, value: rest } };
  }
  if (!isIt(reply.body)) return undefined;
  const message = 'VS800075: The resource does not exist, or you do not have permission to read it.';
  return { status: 404, body: { $id: '1', message, typeKey: 'VssServiceException', errorCode: 0, eventId: 3000 } };
}
