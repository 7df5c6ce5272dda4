import type { StatusCause } from '../status-error.ts';
import { isEqual, isJson, type Json } from './json.ts';
import type { Schema } from './schema.ts';

const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = new RegExp(`^${DNS_LABEL}(\\.${DNS_LABEL})*$`);
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** What is wrong with an object, in the words of the API server. `live`: its state so far. */
export function validate(kind: string, object: Json, live: Json | undefined, schema: Schema): readonly StatusCause[] {
  const { status: _, ...own } = object;
  return [
    ...checkMetadata(object.metadata),
    ...checkRequired(own, schema, ''),
    ...checkWorkload(kind, object, live),
    ...checkPods(kind, object),
    ...checkService(kind, object, live),
  ];
}

function checkMetadata(metadata: unknown): StatusCause[] {
  if (!isJson(metadata)) return [];
  const name = String(metadata.name ?? '');
  const named = SUBDOMAIN.test(name) && name.length < 254 ? [] : [wrong('metadata.name', name, SUBDOMAIN_TEXT)];
  return [...named, ...checkLabels(metadata.labels, 'metadata.labels')];
}

function checkLabels(labels: unknown, path: string): StatusCause[] {
  if (!isJson(labels)) return [];
  return Object.values(labels).flatMap((value) => {
    if (String(value).length > 63) return [wrong(path, value, 'must be no more than 63 bytes')];
    return LABEL_VALUE.test(String(value)) ? [] : [wrong(path, value, LABEL_TEXT)];
  });
}

function checkRequired(value: unknown, schema: Schema, path: string): StatusCause[] {
  if (Array.isArray(value) && schema.form === 'list') {
    return value.flatMap((item, at) => checkRequired(item, schema.element, `${path}[${at}]`));
  }
  if (!isJson(value) || (schema.form !== 'struct' && schema.form !== 'map')) return [];
  if (schema.form === 'map') return [];
  return [...schema.fields().values()].flatMap(({ name, isRequired, schema: as }) => {
    const at = path === '' ? name : `${path}.${name}`;
    const part = value[name];
    if (part !== undefined) return checkRequired(part, as, at);
    return isRequired && as.form !== 'list' && !at.startsWith('metadata') ? [required(at)] : [];
  });
}

function checkWorkload(kind: string, object: Json, live: Json | undefined): StatusCause[] {
  if (kind !== 'Deployment' && kind !== 'ReplicaSet') return [];
  const spec = partOf(object, 'spec');
  const selector = partOf(spec, 'selector');
  const template = partOf(spec, 'template');
  const labels = partOf(partOf(template, 'metadata'), 'labels');
  const wanted = Object.entries(partOf(selector, 'matchLabels'));
  const causes: StatusCause[] = [];
  if (!wanted.every(([key, value]) => labels[key] === value)) {
    const message = '`selector` does not match template `labels`';
    causes.push(wrong('spec.template.metadata.labels', printGoMap(labels), message, false));
  }
  if (live && !isEqual(partOf(partOf(live, 'spec'), 'selector'), selector)) {
    causes.push(wrong('spec.selector', JSON.stringify(selector), 'field is immutable', false));
  }
  if (typeof spec.replicas === 'number' && spec.replicas < 0) {
    causes.push(wrong('spec.replicas', spec.replicas, 'must be greater than or equal to 0'));
  }
  const update = partOf(partOf(spec, 'strategy'), 'rollingUpdate');
  if (isZero(update.maxSurge) && isZero(update.maxUnavailable)) {
    const path = 'spec.strategy.rollingUpdate.maxUnavailable';
    causes.push(wrong(path, update.maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return causes;
}

function isZero(value: unknown): boolean {
  return value === 0 || value === '0%';
}

function checkPods(kind: string, object: Json): StatusCause[] {
  const spec = partOf(object, 'spec');
  const path = kind === 'Pod' ? 'spec' : 'spec.template.spec';
  const pods = kind === 'Pod' ? spec : partOf(partOf(spec, 'template'), 'spec');
  if (kind !== 'Pod' && kind !== 'Deployment' && kind !== 'ReplicaSet') return [];
  const containers = Array.isArray(pods.containers) ? pods.containers.filter(isJson) : [];
  if (containers.length === 0) return [required(`${path}.containers`)];
  const policy = pods.restartPolicy;
  const allowed = kind === 'Pod' ? ['Always', 'OnFailure', 'Never'] : ['Always'];
  const restarts = allowed.includes(String(policy)) ? [] : [unsupported(`${path}.restartPolicy`, policy, allowed)];
  const volumes = (Array.isArray(pods.volumes) ? pods.volumes.filter(isJson) : []).map(({ name }) => name);
  const seen = new Set<unknown>();
  const each = containers.flatMap((container, at) => {
    const place = `${path}.containers[${at}]`;
    const twice = seen.has(container.name) ? [duplicate(`${place}.name`, container.name)] : [];
    seen.add(container.name);
    return [...twice, ...checkContainer(container, place, volumes)];
  });
  return [...restarts, ...each];
}

function checkContainer(container: Json, path: string, volumes: readonly unknown[]): StatusCause[] {
  const image = typeof container.image === 'string' && container.image.trim() !== '' ? [] : [required(`${path}.image`)];
  const mounts = Array.isArray(container.volumeMounts) ? container.volumeMounts.filter(isJson) : [];
  const missing = mounts.flatMap(({ name }, at) =>
    volumes.includes(name)
      ? []
      : [cause('FieldValueNotFound', `${path}.volumeMounts[${at}].name`, `Not found: ${JSON.stringify(name)}`)],
  );
  const ports = Array.isArray(container.ports) ? container.ports.filter(isJson) : [];
  const outside = ports.flatMap(({ containerPort }, at) =>
    isPort(containerPort)
      ? []
      : [wrong(`${path}.ports[${at}].containerPort`, containerPort, 'must be between 1 and 65535, inclusive')],
  );
  return [...image, ...missing, ...outside];
}

function isPort(port: unknown): boolean {
  return typeof port === 'number' && port > 0 && port < 65536;
}

function checkService(kind: string, object: Json, live: Json | undefined): StatusCause[] {
  if (kind !== 'Service') return [];
  const spec = partOf(object, 'spec');
  const ports = Array.isArray(spec.ports) ? spec.ports.filter(isJson) : [];
  if (ports.length === 0 && spec.type !== 'ExternalName' && spec.clusterIP !== 'None') return [required('spec.ports')];
  const before = live && partOf(live, 'spec').clusterIP;
  const moved = before !== undefined && spec.clusterIP !== before && spec.type !== 'ExternalName';
  const address = moved ? [wrong('spec.clusterIPs[0]', [spec.clusterIP], 'may not change once set')] : [];
  const bad = ports.flatMap(({ port }, at) =>
    isPort(port) ? [] : [wrong(`spec.ports[${at}].port`, port, 'must be between 1 and 65535, inclusive')],
  );
  const unnamed =
    ports.length > 1 ? ports.flatMap(({ name }, at) => (name ? [] : [required(`spec.ports[${at}].name`)])) : [];
  return [...address, ...bad, ...unnamed];
}

function partOf(object: Json, name: string): Json {
  const value = object[name];
  return isJson(value) ? value : {};
}

function cause(reason: string, field: string, message: string): StatusCause {
  return { reason, message, field };
}

function required(field: string): StatusCause {
  return cause('FieldValueRequired', field, 'Required value');
}

function duplicate(field: string, value: unknown): StatusCause {
  return cause('FieldValueDuplicate', field, `Duplicate value: ${JSON.stringify(value)}`);
}

function unsupported(field: string, value: unknown, allowed: readonly string[]): StatusCause {
  const list = allowed.map((item) => JSON.stringify(item)).join(', ');
  return cause(
    'FieldValueNotSupported',
    field,
    `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
  );
}

function wrong(field: string, value: unknown, why: string, quoted = true): StatusCause {
  return cause('FieldValueInvalid', field, `Invalid value: ${quoted ? JSON.stringify(value) : value}: ${why}`);
}

/** As Go prints a map of texts in a message. */
function printGoMap(labels: Json): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]string{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(', ')}}`;
}
