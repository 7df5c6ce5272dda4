import type { SandboxReply, SandboxRequest } from '../../router.ts';
import type { LogLine } from '../node/container-log.ts';
import type { NodeAgent } from '../node/node-agent.ts';
import type { ObjectStore } from '../object-store.ts';
import type { Pod } from '../objects.ts';
import { badRequest, notFound } from '../status-error.ts';
import type { Target } from './target.ts';

/** `GET` of a pod's log; with `follow` until the container ends or the caller goes. */
export function sendLog(
  { objects, node, now }: { readonly objects: ObjectStore; readonly node: NodeAgent; readonly now: () => number },
  { kind, namespace, name = '' }: Target,
  { query, raw }: SandboxRequest,
): SandboxReply {
  const pod = objects.find(kind, namespace, name) as Pod | undefined;
  if (!pod) throw notFound(kind, name);
  const container = toContainer(pod, query.get('container'));
  const status = pod.status?.containerStatuses?.find((candidate) => candidate.name === container);
  const restarts = status?.restartCount ?? 0;
  const wantsPrevious = query.get('previous') === 'true';
  if (wantsPrevious && restarts === 0) {
    throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  }
  const log = node.findLog(pod.metadata.uid, container);
  const waiting = status?.state.waiting;
  if (!log && !wantsPrevious) {
    const why = waiting?.reason ?? 'ContainerCreating';
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${why}`);
  }
  const print = ({ time, text }: LogLine) => (query.get('timestamps') === 'true' ? `${time} ${text}\n` : `${text}\n`);
  const lines = wantsPrevious ? node.readLog(pod.metadata.uid, container, restarts - 1) : (log?.read() ?? []);
  const text = select(lines, query, now()).map(print).join('');
  if (query.get('follow') !== 'true' || !log || log.hasEnded()) return { status: 200, body: cut(text, query) };
  const { response } = raw;
  response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
  response.write(text);
  const stop = log.follow((line) => {
    if (line) response.write(print(line));
    else response.end();
  });
  response.once('close', stop);
  return 'handled';
}

function toContainer({ metadata, spec }: Pod, asked: string | null): string {
  const names = spec.containers.map(({ name }) => name);
  if (asked !== null && names.includes(asked)) return asked;
  if (asked !== null) throw badRequest(`container ${asked} is not valid for pod ${metadata.name}`);
  if (names.length === 1 && names[0] !== undefined) return names[0];
  throw badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: [${names.join(' ')}]`);
}

function select(lines: readonly LogLine[], query: URLSearchParams, now: number): readonly LogLine[] {
  const seconds = query.get('sinceSeconds');
  const since = seconds === null ? query.get('sinceTime') : new Date(now - Number(seconds) * 1000).toISOString();
  const recent = since === null ? lines : lines.filter(({ time }) => Date.parse(time) >= Date.parse(since));
  const tail = query.get('tailLines');
  return tail === null ? recent : Number(tail) === 0 ? [] : recent.slice(-Number(tail));
}

function cut(text: string, query: URLSearchParams): string {
  const limit = query.get('limitBytes');
  return limit === null ? text : Buffer.from(text).subarray(0, Number(limit)).toString('utf8');
}
