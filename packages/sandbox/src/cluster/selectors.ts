import type { KubeObject, LabelSelector } from './objects.ts';
import { badRequest } from './status-error.ts';

type Labels = Readonly<Record<string, string>> | undefined;

/** Whether labels are what a selector asks for. */
export function matchesLabels(selector: LabelSelector | undefined, labels: Labels = {}): boolean {
  if (!selector) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => fits(labels[key], operator, values))
  );
}

function fits(value: string | undefined, operator: string, values: readonly string[]): boolean {
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  return operator === 'Exists' ? value !== undefined : value === undefined;
}

/** Reads `labelSelector` of a request: `a=b,c!=d,e in (f,g),h,!i`. @throws StatusError 400 */
export function parseLabelSelector(text: string | null): LabelSelector {
  const terms = (text ?? '').split(/,(?![^(]*\))/).map((term) => term.trim());
  return { matchExpressions: terms.filter(Boolean).map(parseTerm) };
}

function parseTerm(term: string) {
  const [, listed, how, items] = /^([^\s!=]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term) ?? [];
  if (listed !== undefined) {
    const values = (items ?? '').split(',').map((item) => item.trim());
    return { key: listed, operator: how === 'in' ? 'In' : 'NotIn', values };
  }
  const [, key, sign, value] = /^([^\s!=]+)\s*(==|=|!=)\s*([^\s=!]*)$/.exec(term) ?? [];
  if (key !== undefined) return { key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value ?? ''] };
  const [, not, bare] = /^(!?)([^\s!=()]+)$/.exec(term) ?? [];
  if (bare === undefined) throw badRequest(`unable to parse requirement: found '${term}', expected: !, identifier`);
  return { key: bare, operator: not ? 'DoesNotExist' : 'Exists' };
}

/** Reads `fieldSelector` of a request. @throws StatusError 400 if it names a field that cannot be selected by */
export function parseFieldSelector(text: string | null): (object: KubeObject) => boolean {
  const terms = (text ?? '').split(',').filter(Boolean);
  const tests = terms.map((term) => {
    const [, path = '', sign, value = ''] = /^([\w.]+)(==|=|!=)(.*)$/.exec(term) ?? [];
    const read = READABLE[path];
    if (!read) throw badRequest(`field label not supported: ${path || term}`);
    return (object: KubeObject) => (String(read(object as Selectable) ?? '') === value) === (sign !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}

interface Selectable extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly involvedObject?: Readonly<Record<string, string>>;
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string; readonly podIP?: string };
}

const READABLE: Readonly<Record<string, (object: Selectable) => unknown>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace,
  'spec.nodeName': ({ spec }) => spec?.nodeName,
  'status.phase': ({ status }) => status?.phase,
  'status.podIP': ({ status }) => status?.podIP,
  type: ({ type }) => type,
  reason: ({ reason }) => reason,
  'involvedObject.kind': ({ involvedObject }) => involvedObject?.kind,
  'involvedObject.name': ({ involvedObject }) => involvedObject?.name,
  'involvedObject.namespace': ({ involvedObject }) => involvedObject?.namespace,
  'involvedObject.uid': ({ involvedObject }) => involvedObject?.uid,
};
