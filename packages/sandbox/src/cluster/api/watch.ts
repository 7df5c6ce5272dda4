import type { SandboxReply, SandboxRequest } from '../../router.ts';
import { toApiVersion } from '../kinds.ts';
import type { Change, ObjectStore } from '../object-store.ts';
import type { KubeObject } from '../objects.ts';
import { StatusError } from '../status-error.ts';
import { toFilter, toRow } from './read.ts';
import type { Target } from './target.ts';

const BOOKMARK_EVERY = 60_000;

/** A stream of changes, a line each, until the caller goes or its time is over. */
export function watchObjects(
  objects: ObjectStore,
  target: Target,
  request: SandboxRequest,
  now: () => number,
): SandboxReply {
  const { query, raw } = request;
  const { response } = raw;
  const fits = toFilter(request, target);
  const wantsBookmarks = query.get('allowWatchBookmarks') === 'true';
  const begin = () => response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  const send = (type: string, object: unknown) => response.write(`${JSON.stringify({ type, object })}\n`);
  const sendObject = (type: string, object: KubeObject) => send(type, toRow(target.kind, object, request, now()));
  const bookmark = (annotations?: Record<string, string>) =>
    send('BOOKMARK', {
      kind: target.kind.kind,
      apiVersion: toApiVersion(target.kind),
      metadata: {
        resourceVersion: String(objects.version()),
        creationTimestamp: null,
        ...(annotations ? { annotations } : {}),
      },
    });
  const pass = (change: Change) => {
    if (change.kind !== target.kind.kind) return;
    const type = toType(change, fits);
    if (type === undefined) return;
    const left = type === 'DELETED' && change.type !== 'DELETED' ? change.before : undefined;
    sendObject(type, left ?? change.object);
  };
  let past: readonly Change[];
  try {
    past = findPast(objects, query);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    // Whoever watches has an answer already in its hands: the refusal is its first and last line.
    begin();
    send('ERROR', error.toBody());
    response.end();
    return 'handled';
  }
  begin();
  if (isFromNow(query))
    for (const object of objects.list(target.kind, target.namespace).filter(fits)) sendObject('ADDED', object);
  if (query.get('sendInitialEvents') === 'true' && wantsBookmarks) bookmark({ 'k8s.io/initial-events-end': 'true' });
  for (const change of past) pass(change);
  const stop = objects.subscribe(pass);
  const timer = wantsBookmarks ? setInterval(() => bookmark(), BOOKMARK_EVERY) : undefined;
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const end = seconds > 0 ? setTimeout(() => response.end(), seconds * 1000) : undefined;
  response.once('close', () => {
    stop();
    clearInterval(timer);
    clearTimeout(end);
  });
  return 'handled';
}

function isFromNow(query: URLSearchParams): boolean {
  const version = query.get('resourceVersion') ?? '';
  return version === '' || version === '0' || query.get('sendInitialEvents') === 'true';
}

function findPast(objects: ObjectStore, query: URLSearchParams): readonly Change[] {
  return isFromNow(query) ? [] : objects.since(Number(query.get('resourceVersion')));
}

/** An object that comes to fit is added for the one who watches, and one that no longer fits is gone. */
function toType({ type, object, before }: Change, fits: (object: KubeObject) => boolean): Change['type'] | undefined {
  const is = fits(object);
  const was = before !== undefined && fits(before);
  if (type === 'DELETED') return was ? 'DELETED' : undefined;
  if (is) return was ? 'MODIFIED' : 'ADDED';
  return was ? 'DELETED' : undefined;
}
