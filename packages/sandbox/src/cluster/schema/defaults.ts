import { isJson, type Json } from './json.ts';

/** The object with the values that the API server puts where none was given. `live`: its state so far, whose allocations stay. */
export function withDefaults(kind: string, object: Json, live: Json | undefined): Json {
  const result = structuredClone(object);
  const spec = fieldOf(result, 'spec');
  switch (kind) {
    case 'Deployment':
      deploymentDefaults(spec);
      break;
    case 'ReplicaSet':
      fill(spec, { replicas: 1 });
      podDefaults(fieldOf(fieldOf(spec, 'template'), 'spec'));
      break;
    case 'Pod':
      podDefaults(spec);
      fill(spec, { serviceAccountName: 'default', serviceAccount: 'default', enableServiceLinks: true, priority: 0 });
      fill(spec, { preemptionPolicy: 'PreemptLowerPriority' });
      break;
    case 'Service':
      serviceDefaults(spec, isJson(live?.spec) ? live.spec : {});
      break;
    case 'HorizontalPodAutoscaler':
      autoscalerDefaults(spec);
      break;
    case 'NetworkPolicy':
      networkPolicyDefaults(spec);
      break;
    case 'HTTPRoute':
      routeDefaults(spec);
      break;
  }
  return result;
}

function fill(target: Json, values: Json): void {
  for (const [name, value] of Object.entries(values)) if (target[name] === undefined) target[name] = value;
}

/** A field's object; an empty one that is put nowhere if it has none. */
function fieldOf(object: Json, name: string): Json {
  const value = object[name];
  return isJson(value) ? value : {};
}

function itemsOf(object: Json, name: string): Json[] {
  const value = object[name];
  return Array.isArray(value) ? value.filter(isJson) : [];
}

function deploymentDefaults(spec: Json): void {
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {} });
  const strategy = fieldOf(spec, 'strategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy.type === 'RollingUpdate') {
    fill(strategy, { rollingUpdate: {} });
    fill(fieldOf(strategy, 'rollingUpdate'), { maxSurge: '25%', maxUnavailable: '25%' });
  }
  podDefaults(fieldOf(fieldOf(spec, 'template'), 'spec'));
}

function podDefaults(spec: Json): void {
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  for (const container of [...itemsOf(spec, 'containers'), ...itemsOf(spec, 'initContainers')])
    containerDefaults(container);
  for (const volume of itemsOf(spec, 'volumes')) {
    if (Object.keys(volume).length === 1) volume.emptyDir = {};
    for (const source of ['configMap', 'secret', 'projected', 'downwardAPI']) {
      if (isJson(volume[source])) fill(volume[source], { defaultMode: 0o644 });
    }
    if (isJson(volume.hostPath)) fill(volume.hostPath, { type: '' });
  }
}

function containerDefaults(container: Json): void {
  fill(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: toPullPolicy(String(container.image ?? '')),
    resources: {},
  });
  const resources = fieldOf(container, 'resources');
  if (isJson(resources.limits)) resources.requests = { ...resources.limits, ...fieldOf(resources, 'requests') };
  for (const port of itemsOf(container, 'ports')) fill(port, { protocol: 'TCP' });
  for (const variable of itemsOf(container, 'env')) {
    const source = fieldOf(variable, 'valueFrom');
    if (isJson(source.fieldRef)) fill(source.fieldRef, { apiVersion: 'v1' });
  }
  for (const name of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    if (!isJson(container[name])) continue;
    fill(container[name], { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    handlerDefaults(container[name]);
  }
  const lifecycle = fieldOf(container, 'lifecycle');
  for (const name of ['preStop', 'postStart']) handlerDefaults(fieldOf(lifecycle, name));
}

function handlerDefaults(handler: Json): void {
  if (isJson(handler.httpGet)) fill(handler.httpGet, { path: '/', scheme: 'HTTP' });
}

/** Whoever names no fixed version wants the newest each time. */
function toPullPolicy(image: string): string {
  const name = image.split('/').at(-1) ?? '';
  const isFloating = !name.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
  return isFloating ? 'Always' : 'IfNotPresent';
}

function serviceDefaults(spec: Json, live: Json): void {
  fill(spec, { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' });
  if (spec.type === 'ExternalName') return;
  for (const name of ['clusterIP', 'clusterIPs']) if (live[name] !== undefined) fill(spec, { [name]: live[name] });
  fill(spec, { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
  const isOutside = spec.type === 'LoadBalancer' || spec.type === 'NodePort';
  if (isOutside) fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (spec.type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
  for (const port of itemsOf(spec, 'ports')) {
    fill(port, { protocol: 'TCP', targetPort: port.port });
    const before = itemsOf(live, 'ports').find((other) => other.port === port.port && other.protocol === port.protocol);
    if (isOutside && before?.nodePort !== undefined) fill(port, { nodePort: before.nodePort });
  }
}

function autoscalerDefaults(spec: Json): void {
  fill(spec, { minReplicas: 1 });
  const target = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  };
  fill(spec, { metrics: [target] });
}

function networkPolicyDefaults(spec: Json): void {
  fill(spec, { policyTypes: spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress'] });
  for (const rule of [...itemsOf(spec, 'ingress'), ...itemsOf(spec, 'egress')]) {
    for (const port of itemsOf(rule, 'ports')) fill(port, { protocol: 'TCP' });
  }
}

function routeDefaults(spec: Json): void {
  for (const parent of itemsOf(spec, 'parentRefs'))
    fill(parent, { group: 'gateway.networking.k8s.io', kind: 'Gateway' });
  for (const rule of itemsOf(spec, 'rules')) {
    fill(rule, { matches: [{ path: { type: 'PathPrefix', value: '/' } }] });
    for (const backend of itemsOf(rule, 'backendRefs')) fill(backend, { group: '', kind: 'Service', weight: 1 });
  }
}
