import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { findProject, isObject } from './azure-devops/call.ts';
import { checkName } from './azure-devops/object-names.ts';
import { addProject } from './azure-devops/projects.ts';
import type { Organization, Project, Settings } from './azure-devops/state.ts';
import type { Scheduler } from './azure-devops/triggers/scheduler.ts';
import { findOrganization, type World } from './azure-devops/world.ts';
import type { Cluster } from './cluster/cluster.ts';
import { FAULT_KINDS, type Fault, type Faults } from './faults.ts';
import type { Identity } from './identities.ts';
import type { IdentityStore } from './identity-store.ts';
import type { RequestLog } from './request-log.ts';
import { matchRoute, type Route, type SandboxReply, type SandboxRequest, type Service } from './router.ts';
import type { SignIn } from './sign-in/sign-in.ts';

/** Everything that can be turned from outside. */
export interface Controls {
  readonly cluster: Cluster;
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly identities: IdentityStore;
  readonly faults: Faults;
  readonly signIn: SignIn;
  readonly log: RequestLog;
  /** What `sandbox.json` says, for whoever only knows the address. */
  readonly describe: () => unknown;
}

/** The sandbox's own switches under `/_sandbox/`; nothing of them exists on the real service. */
export function controlService(controls: Controls): Service {
  return async (request) => {
    if (!isLocal(request)) return refuse(403, 'Only programs on this machine may turn the sandbox’s switches.');
    const match = matchRoute(routes, request.method, request.path);
    if (!match) return refuse(404, `The sandbox has no switch ${request.method} ${request.path}.`);
    try {
      return await match.route.handle(request, match.params, controls);
    } catch (error) {
      return refuse(400, (error as Error).message);
    }
  };
}

/** A page in a browser could reach 127.0.0.1 under a name of its own (DNS rebinding), or from its own origin. */
function isLocal({ headers, raw }: SandboxRequest): boolean {
  const { port } = raw.request.socket.address() as AddressInfo;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = headers;
  return hosts.includes(host ?? '') && (origin === undefined || hosts.some((name) => origin === `http://${name}`));
}

function refuse(status: number, message: string): SandboxReply {
  return { status, body: { message } };
}

function bodyOf(request: SandboxRequest): Record<string, unknown> {
  const body = request.json() ?? {};
  if (isObject(body)) return body;
  throw new Error('The body must be a JSON object.');
}

const routes: readonly Route<Controls>[] = [
  {
    method: 'GET',
    template: '_sandbox',
    handle: (_request, _params, { describe }) => ({ status: 200, body: describe() }),
  },
  {
    method: 'PUT',
    template: '_sandbox/organizations/{organization}/projects/{project}',
    handle: async (request, params, { world }) => ({
      status: 200,
      body: await world.inTurn(() =>
        putProject(world, params.organization ?? '', params.project ?? '', bodyOf(request)),
      ),
    }),
  },
  {
    method: 'GET',
    template: '_sandbox/cluster/services',
    handle: (_request, _params, { cluster }) => ({ status: 200, body: cluster.addresses() }),
  },
  {
    method: 'PUT',
    template: '_sandbox/cluster/namespaces/{name}',
    handle(_request, { name = '' }, { cluster }) {
      if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) throw new Error(`${name} is no name of a namespace.`);
      cluster.ensureNamespace(name);
      return { status: 200, body: { name } };
    },
  },
  {
    method: 'GET',
    template: '_sandbox/identities',
    handle: (_request, _params, { identities }) => ({ status: 200, body: identities.all() }),
  },
  {
    method: 'GET',
    template: '_sandbox/identities/{key}',
    handle: (_request, { key }, { identities }) => {
      const identity = identities.all().find((candidate) => candidate.key === key);
      return identity ? { status: 200, body: identity } : refuse(404, `There is no identity ${key}.`);
    },
  },
  {
    method: 'PUT',
    template: '_sandbox/identities/{key}',
    handle: (request, { key = '' }, { identities }) => {
      const identity = identities.change(key, toIdentityChange(bodyOf(request)));
      return identity ? { status: 200, body: identity } : refuse(404, `There is no identity ${key}.`);
    },
  },
  {
    method: 'POST',
    template: '_sandbox/faults',
    handle: (request, _params, { faults }) => {
      faults.arm(toFault(bodyOf(request)));
      return { status: 200, body: faults.list() };
    },
  },
  {
    method: 'GET',
    template: '_sandbox/faults',
    handle: (_request, _params, { faults }) => ({ status: 200, body: faults.list() }),
  },
  {
    method: 'DELETE',
    template: '_sandbox/faults',
    handle: (_request, _params, { faults }) => {
      faults.clear();
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    template: '_sandbox/requests',
    handle: (_request, _params, { log }) => ({ status: 200, body: log.list() }),
  },
  {
    method: 'DELETE',
    template: '_sandbox/requests',
    handle: (_request, _params, { log }) => {
      log.clear();
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    template: '_sandbox/az',
    handle: async (request, _params, { signIn }) => {
      const secret = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const { words } = bodyOf(request);
      if (!Array.isArray(words)) throw new Error('words is a list of texts.');
      return { status: 200, body: await signIn.answerAz(secret, words.map(String)) };
    },
  },
  {
    method: 'GET',
    template: '_sandbox/clock',
    handle: (_request, _params, { world }) => ({ status: 200, body: { now: world.clock.now().toISOString() } }),
  },
  {
    method: 'PUT',
    template: '_sandbox/clock',
    handle: async (request, _params, { world, scheduler }) => {
      const started = await scheduler.advance(toTime(bodyOf(request), world.clock.now()));
      return { status: 200, body: { now: world.clock.now().toISOString(), started } };
    },
  },
  {
    method: 'GET',
    template: '_sandbox/settings',
    handle: (_request, _params, { world }) => ({ status: 200, body: world.store.data.settings }),
  },
  {
    method: 'PUT',
    template: '_sandbox/settings',
    handle: (request, _params, { world }) => {
      Object.assign(world.store.data.settings, toSettings(bodyOf(request)));
      world.store.save();
      return { status: 200, body: world.store.data.settings };
    },
  },
];

/** Makes organisation and project where they are missing. `fresh`: no pipeline has ever run in it. */
async function putProject(
  world: World,
  organizationName: string,
  projectName: string,
  body: Record<string, unknown>,
): Promise<unknown> {
  checkName('project', projectName);
  if (!/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/i.test(organizationName)) {
    throw new Error(`'${organizationName}' is not a valid name for an organization.`);
  }
  const organization = findOrganization(world, organizationName) ?? addOrganization(world, organizationName);
  const existing = findProject(organization, projectName);
  const wanted = { name: projectName, hasBuildIdentity: body.fresh !== true };
  const project = existing ?? (await addProject(world, organization, wanted, world.identities()[0]?.id ?? ''));
  return describe(world, organization, project);
}

function describe(world: World, organization: Organization, project: Project): unknown {
  return {
    organization: { id: organization.id, name: organization.name, url: `${world.origin()}/${organization.name}` },
    project: { id: project.id, name: project.name },
  };
}

function addOrganization(world: World, name: string): Organization {
  const organization: Organization = {
    name,
    id: randomUUID(),
    counters: {},
    projects: [],
    repositories: [],
    definitions: [],
    folders: [],
    builds: [],
    deployments: [],
    testRuns: [],
    pullRequests: [],
    policies: [],
    endpoints: [],
    environments: [],
    variableGroups: [],
    checks: [],
    pipelinePermissions: [],
    accessEntries: [],
    operations: [],
    memberships: [],
  };
  world.store.data.organizations.push(organization);
  return organization;
}

const ROLES: readonly Identity['role'][] = ['administrator', 'contributor', 'reader'];

function toIdentityChange({ role, expired }: Record<string, unknown>) {
  const known = ROLES.find((candidate) => candidate === role);
  if (role !== undefined && known === undefined) throw new Error(`role is one of ${ROLES.join(', ')}.`);
  if (expired !== undefined && typeof expired !== 'boolean') throw new Error('expired is true or false.');
  return { ...(known ? { role: known } : {}), ...(typeof expired === 'boolean' ? { expired } : {}) };
}

function toFault(body: Record<string, unknown>): Fault {
  const { fault, service, method, path, ...rest } = body;
  const kind = FAULT_KINDS.find((candidate) => candidate === fault);
  if (kind === undefined) throw new Error(`fault is one of ${FAULT_KINDS.join(', ')}.`);
  const texts = Object.entries({ service, method, path }).filter(([, value]) => typeof value === 'string');
  const known = ['skip', 'times', 'ms', 'retryAfter', 'reads'];
  for (const [name, value] of Object.entries(rest)) {
    if (!known.includes(name) || typeof value !== 'number' || value < 0) throw new Error(`${name} is not understood.`);
  }
  if (typeof path === 'string') new RegExp(path); // says now what is wrong with it
  return { fault: kind, ...Object.fromEntries(texts), ...rest };
}

/** Settings that are numbers, and the least that each may be. */
const LEAST: Readonly<Record<string, number>> = { endpointDelay: 0, projectDelay: 0, latency: 0, tokenSeconds: 1 };

/** Settings that are one of a few words. */
const CHOICES: Readonly<Record<string, readonly unknown[]>> = {
  resourceAreas: ['cloud', 'server'],
  runtime: ['auto', 'process'],
};

/** `advance` by seconds, or to the moment that `now` names. */
function toTime({ advance, now, ...rest }: Record<string, unknown>, from: Date): Date {
  const [extra] = Object.keys(rest);
  if (extra !== undefined) throw new Error(`${extra} is not understood.`);
  if (typeof advance === 'number' && advance >= 0 && now === undefined)
    return new Date(from.getTime() + advance * 1000);
  const moment = typeof now === 'string' && advance === undefined ? new Date(now) : undefined;
  if (moment && moment < from) throw new Error(`The clock shows ${from.toISOString()} and goes forward only.`);
  if (moment && !Number.isNaN(moment.getTime())) return moment;
  throw new Error('Either advance (seconds) or now (a moment such as 2026-11-30T06:00:00Z) is expected.');
}

function toSettings(body: Record<string, unknown>): Partial<Settings> {
  for (const [name, value] of Object.entries(body)) {
    const choices = CHOICES[name];
    const isFine = choices
      ? choices.includes(value)
      : typeof value === 'number' && value >= (LEAST[name] ?? Number.POSITIVE_INFINITY);
    if (!isFine) throw new Error(`${name}: ${String(value)} is not understood.`);
  }
  return body;
}
