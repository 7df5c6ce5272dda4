import { randomBytes } from 'node:crypto';
import { getKind } from '../kinds.ts';
import { toPortNumber } from '../node/probe.ts';
import type { Endpoint, EndpointSlice, Pod, ServiceObject } from '../objects.ts';
import { isEqual, type Json } from '../schema/json.ts';
import { matchesLabels } from '../selectors.ts';
import { createObject } from '../write-object.ts';
import {
  asController,
  type ControllerContext,
  findReadySince,
  isOwnedBy,
  toOwner,
  toSafeText,
} from './controller-context.ts';

const SERVICE = getKind('Service');
const SLICE = getKind('EndpointSlice');
const POD = getKind('Pod');

/** Says for each service which pods are behind it, and which of them serve. */
export function syncEndpointSlices(context: ControllerContext): void {
  for (const object of context.objects.list(SERVICE)) syncService(context, object as ServiceObject);
}

function syncService(context: ControllerContext, service: ServiceObject): void {
  const { selector, ports: wanted = [] } = service.spec;
  const isGoing = service.metadata.deletionTimestamp !== undefined;
  if (isGoing || !selector || Object.keys(selector).length === 0) return;
  const { namespace, name } = service.metadata;
  const pods = (context.objects.list(POD, namespace) as readonly Pod[]).filter(
    (pod) =>
      matchesLabels({ matchLabels: selector }, pod.metadata.labels) &&
      pod.status?.podIP !== undefined &&
      pod.status.phase !== 'Failed' &&
      pod.status.phase !== 'Succeeded',
  );
  const ports = wanted.flatMap(({ name: portName, port, targetPort = port, protocol }) => {
    const number = pods
      .flatMap(({ spec }) => spec.containers.map((container) => toPortNumber(targetPort, container)))
      .find((found) => !Number.isNaN(found));
    const named = portName === undefined ? {} : { name: portName };
    return number === undefined ? [] : [{ ...named, port: number, protocol: protocol ?? 'TCP' }];
  });
  const endpoints = pods.map((pod) => toEndpoint(pod, service.spec.publishNotReadyAddresses ?? false));
  const slices = context.objects.list(SLICE, namespace) as readonly EndpointSlice[];
  const live = slices.find((slice) => isOwnedBy(slice, service));
  if (!live) {
    const labels = {
      'kubernetes.io/service-name': name,
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    };
    const metadata = {
      name: `${name}-${toSafeText(randomBytes(5))}`,
      namespace,
      labels,
      ownerReferences: [toOwner(service)],
    };
    createObject(context, SLICE, { metadata, addressType: 'IPv4', endpoints, ports } as Json, asController(SLICE));
  } else if (!isEqual(live.endpoints, endpoints) || !isEqual(live.ports, ports)) {
    context.objects.put(SLICE, { ...live, endpoints, ports } as EndpointSlice);
  }
}

function toEndpoint(pod: Pod, publishesAll: boolean): Endpoint {
  const { name, namespace = '', uid, deletionTimestamp } = pod.metadata;
  const serving = findReadySince(pod) !== undefined;
  const terminating = deletionTimestamp !== undefined;
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: publishesAll || (serving && !terminating), serving, terminating },
    nodeName: pod.spec.nodeName ?? '',
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}
