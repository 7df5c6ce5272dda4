import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/toolchain.mjs';
import { getNode } from '../npm-program.ts';
import { requireTool } from '../require-tool.ts';
import { type CompanyNetwork, startCompanyNetwork } from './company-network.ts';
import { type Registry, startRegistry } from './registry.ts';

/** One of each line that the packages support. */
const NODES = ['20.20.2', '22.23.3', '24.21.0'];
const NAME = 'ottawa-over-asking';
const TARBALLS = join(ROOT, 'node_modules/.cache/tarballs');

/** A person's machine: an empty home, a Node, npm, and the registry that npm is set to. */
interface Machine {
  /** Where the person works. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a sandbox says of itself. */
interface Sandbox {
  readonly addresses: { readonly azureDevOps: string; readonly databricks: string };
  readonly identities: readonly { readonly key: string; readonly token: string }[];
}

requireTool('openssl')('the packed packages', { timeout: 240_000 }, () => {
  const base = mkdtempSync(join(tmpdir(), 'package-'));
  let registry: Registry;

  beforeAll(async () => {
    registry = await startRegistry(base);
    // The sandbox first: what is published second may ask for it at once.
    for (const tarball of findTarballs()) registry.publish(tarball);
  });
  afterAll(async () => {
    await registry.stop();
    rmSync(base, { recursive: true, force: true });
  });

  describe.each(NODES)('under Node %s', (version) => {
    const machine = () => makeMachine(base, version, registry);

    it('npm create makes a model on a sandbox fetched from the registry, and a plan after it is empty', async () => {
      const { folder, env } = machine();
      try {
        const made = await run({ folder, env }, 'npm', [...CREATE, NAME, '--', ...ANSWERS]);
        expect(made, made.stderr + made.stdout).toMatchObject({ code: 0 });
        expect(made.stdout).toContain(`repository:${NAME}`);
        const project = join(folder, NAME);
        expect(git(project, 'status', '--porcelain')).toBe('');
        expect(git(project, 'rev-parse', 'HEAD')).toBe(git(project, 'rev-parse', 'origin/main'));
        expect(readdirSync(project)).toEqual(expect.arrayContaining(['api', 'notebooks', 'pipelines', 'mlops.yaml']));
        const again = await run({ folder: project, env }, 'npx', [...NPX, 'plan', '--check', '--json']);
        expect(again, again.stderr).toMatchObject({ code: 0 });
        expect(JSON.parse(again.stdout)).toMatchObject({ schema: 1 });
      } finally {
        expect(await run({ folder, env }, 'npx', [...NPX, 'sandbox', 'stop'])).toMatchObject({ code: 0 });
      }
    });
  });

  it('goes through a CONNECT proxy to services behind an authority of their own, git too', async () => {
    const person = makeMachine(base, NODES[0] ?? '', registry);
    let network: CompanyNetwork | undefined;
    try {
      expect(await run(person, 'npx', [...NPX, 'sandbox', 'start'])).toMatchObject({ code: 0 });
      const sandbox = readSandbox(person);
      const hosts = {
        'devops.corp.test': sandbox.addresses.azureDevOps,
        'adb-1234567890123456.7.azuredatabricks.net': sandbox.addresses.databricks,
      };
      network = await startCompanyNetwork(base, hosts);
      const inside = await joinCompany(person, network, sandbox);
      const made = await run(inside, 'npm', [...CREATE, NAME, '--', ...ANSWERS, '--defaults', 'company.yaml']);
      expect(made, made.stderr + made.stdout).toMatchObject({ code: 0 });
      const remote = git(join(inside.folder, NAME), 'remote', 'get-url', 'origin');
      expect(remote).toMatch(/^https:\/\/devops\.corp\.test\//);
      expect(new Set(network.connects)).toEqual(
        new Set(['devops.corp.test:443', 'adb-1234567890123456.7.azuredatabricks.net:443']),
      );
      const project = { ...inside, folder: join(inside.folder, NAME) };
      expect(await run(project, 'npx', [...NPX, 'plan', '--check'])).toMatchObject({ code: 0 });
    } finally {
      network?.stop();
      expect(await run(person, 'npx', [...NPX, 'sandbox', 'stop'])).toMatchObject({ code: 0 });
    }
  });
});

const CREATE = ['create', '--yes', 'mlops-model@latest'];
const NPX = ['--yes', 'create-mlops-model@latest'];
const ANSWERS = ['--answers', join(ROOT, `examples/${NAME}.yaml`), '--yes', '--no-interactive'];

/** The organisation that the company network stands in front of. */
const ORGANIZATION = 'contoso';
const PROJECT = 'housing';

/** What the platform team of a company hands to all its teams. */
const COMPANY = `azure:
  subscription: 11111111-2222-3333-4444-555555555555
  resourceGroup: mlops
  workspace: mlops
  registry: contoso
  cluster: contoso
databricks:
  host: https://adb-1234567890123456.7.azuredatabricks.net
devops:
  organization: https://devops.corp.test/${ORGANIZATION}
  project: ${PROJECT}
`;

/** The packed packages, the sandbox first. */
function findTarballs(): string[] {
  const version = (
    JSON.parse(readFileSync(join(ROOT, 'packages/create-mlops-model/package.json'), 'utf8')) as { version: string }
  ).version;
  return ['create-mlops-model-sandbox', 'create-mlops-model'].map((name) => join(TARBALLS, `${name}-${version}.tgz`));
}

function makeMachine(base: string, version: string, registry: Registry): Machine {
  const home = mkdtempSync(join(base, `home-${version}-`));
  const folder = join(home, 'work');
  mkdirSync(folder);
  const env = {
    HOME: home,
    PATH: [dirname(getNode(version)), ...TOOLS].join(delimiter),
    LANG: 'C.UTF-8',
    npm_config_registry: registry.url,
    npm_config_update_notifier: 'false',
    MLOPS_SANDBOX_HOME: join(home, 'sandbox'),
  };
  return { folder, env };
}

/** Where npm and git lie; their `node` comes later on PATH than the machine's own. */
const TOOLS = [...new Set(['npm', 'git'].map((name) => dirname(findOnPath(name)))), '/usr/bin', '/bin'];

function findOnPath(name: string): string {
  return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
}

/** The person's machine inside the company: all ways out lead through its proxy, and the registry is a neighbour. */
async function joinCompany(person: Machine, network: CompanyNetwork, sandbox: Sandbox): Promise<Machine> {
  const { azureDevOps } = sandbox.addresses;
  const you = sandbox.identities.find(({ key }) => key === 'you')?.token ?? '';
  await send('PUT', `${azureDevOps}/_sandbox/organizations/${ORGANIZATION}/projects/${PROJECT}`, you, {});
  const project = (await send(
    'GET',
    `${azureDevOps}/${ORGANIZATION}/_apis/projects/${PROJECT}?api-version=7.1`,
    you,
  )) as { id: string };
  for (const name of [`${NAME}-ci`, `${NAME}-deploy`]) {
    // On Azure people make these, and the tool finds them by name.
    const url = `${azureDevOps}/${ORGANIZATION}/${PROJECT}/_apis/serviceendpoint/endpoints?api-version=7.1`;
    await send('POST', url, you, toConnection(name, project.id));
  }
  const credentials = `${sandbox.addresses.databricks}/api/2.1/unity-catalog/credentials`;
  await send('POST', credentials, you, toCredential(`${NAME}-tracking`));
  writeFileSync(join(person.folder, 'company.yaml'), COMPANY);
  const env = {
    ...person.env,
    HTTPS_PROXY: network.proxy,
    NO_PROXY: '127.0.0.1',
    NODE_EXTRA_CA_CERTS: network.authority,
    GIT_SSL_CAINFO: network.authority,
    AZURE_DEVOPS_EXT_PAT: you,
    DATABRICKS_TOKEN: you,
  };
  return { folder: person.folder, env };
}

/** So is the credential with which notebooks sign in to tracking. */
function toCredential(name: string): unknown {
  const connector = '/subscriptions/s/resourceGroups/mlops/providers/Microsoft.Databricks/accessConnectors/mlops';
  return { name, purpose: 'SERVICE', azure_managed_identity: { access_connector_id: connector } };
}

function toConnection(name: string, projectId: string): unknown {
  return {
    name,
    type: 'azurerm',
    url: 'https://management.azure.com/',
    authorization: {
      scheme: 'WorkloadIdentityFederation',
      parameters: { tenantid: projectId, serviceprincipalid: projectId },
    },
    data: {
      environment: 'AzureCloud',
      scopeLevel: 'Subscription',
      subscriptionId: projectId,
      subscriptionName: 'contoso',
    },
    serviceEndpointProjectReferences: [{ name, projectReference: { id: projectId, name: PROJECT } }],
  };
}

async function send(method: string, url: string, token: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

function readSandbox(person: Machine): Sandbox {
  return JSON.parse(readFileSync(join(person.env.MLOPS_SANDBOX_HOME ?? '', 'sandbox.json'), 'utf8')) as Sandbox;
}

/** Runs a program with nothing of this process's environment. The code and all output, so that a failure shows both. */
function run({ folder, env }: Machine, program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, ...text }));
  });
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
}
