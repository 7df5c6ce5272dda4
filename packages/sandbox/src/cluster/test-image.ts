import type { TestCluster } from './test-cluster.ts';

/** How a service of a test behaves. */
export interface TestService {
  /** What it says of itself in each answer. */
  readonly version: string;
  /** Milliseconds until it listens; default none. */
  readonly slowStart?: number;
  /** Milliseconds that an answer takes; default 5. */
  readonly work?: number;
  /** Ends with this code instead of serving. */
  readonly exits?: number;
}

/** An image of a small service: `/readyz`, and its version at every other path, after a few milliseconds of work. */
export function putServiceImage(cluster: TestCluster, repository: string, service: TestService): string {
  const files = { 'app/server.mjs': SERVER, 'app/service.json': JSON.stringify(service) };
  return cluster.putImage(repository, service.version, files, {
    config: {
      Env: ['PORT=8080', 'SERVICE=/app/service.json'],
      Entrypoint: [process.execPath, '/app/server.mjs'],
      WorkingDir: '/app',
      ExposedPorts: { '8080/tcp': {} },
    },
  });
}

/** It has no answer to SIGTERM: whoever sends it has to see to it that no request is under way. */
const SERVER = `
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
const { version, slowStart = 0, work = 5, exits } = JSON.parse(readFileSync(process.env.SERVICE, 'utf8'));
console.log('starting ' + version);
if (exits !== undefined) {
  console.error('no model in the image');
  process.exit(exits);
}
const server = createServer((request, response) => {
  setTimeout(() => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ version }));
  }, work);
});
setTimeout(() => server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening')), slowStart);
`;

/** The manifests of a service, as the generated ones are but with shorter times. */
export function toManifests(name: string, image: string, more: ManifestOptions = {}): readonly object[] {
  const { replicas = 2, minReadySeconds = 0, readiness = true, preStop = 1, deadline = 600 } = more;
  const labels = { 'app.kubernetes.io/name': name };
  const container = {
    name: 'api',
    image,
    ports: [{ name: 'http', containerPort: 8080 }],
    env: [{ name: 'DRAIN_SECONDS', value: '0' }],
    ...(readiness ? { readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 1 } } : {}),
    ...(preStop > 0 ? { lifecycle: { preStop: { sleep: { seconds: preStop } } } } : {}),
  };
  const spec = {
    replicas,
    minReadySeconds,
    progressDeadlineSeconds: deadline,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 10, containers: [container] } },
  };
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels }, spec },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels },
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
  ];
}

/** What differs from the usual manifests. */
export interface ManifestOptions {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  /** Whether pods are asked before they get requests; default yes. */
  readonly readiness?: boolean;
  /** Seconds between leaving the service and SIGTERM; 0: none. */
  readonly preStop?: number;
  /** Seconds after which a rollout that does not move has failed. */
  readonly deadline?: number;
}
