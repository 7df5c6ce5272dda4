import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../test-sandbox.ts';
import { AUDIENCES } from './audiences.ts';
import { getPrincipal, type Principal } from './principal.ts';
import type { AzSession } from './sign-in.ts';

const PRINCIPAL: Principal = {
  applicationId: '11111111-2222-4333-8444-555555555555',
  tenant: '99999999-2222-4333-8444-555555555555',
  subscription: { id: '77777777-2222-4333-8444-555555555555', name: 'contoso' },
  connection: 'model-ci',
};
const MEMBERS = '/api/2.0/preview/scim/v2/ServicePrincipals';

let box: TestSandbox;
let session: AzSession;
beforeAll(async () => {
  box = await startTestSandbox();
  session = box.sandbox.signIn.openSession(PRINCIPAL, box.folder('step'));
});
afterAll(() => box.stop());

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `az` as a step would. */
function az(words: readonly string[], { environment, path } = session): Promise<Ended> {
  const env = { ...environment, PATH: `${path}:/usr/bin:/bin`, HOME: '/nonexistent' };
  return new Promise((resolve) => {
    execFile(join(path, 'az'), [...words], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr }),
    );
  });
}

async function getToken(resource: string): Promise<string> {
  const words = ['account', 'get-access-token', '--resource', resource, '--query', 'accessToken', '--output', 'tsv'];
  return (await az(words)).stdout.trim();
}

async function databricks(path: string, token: string, method = 'GET', body?: unknown) {
  const response = await fetch(`${box.sandbox.addresses.databricks}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

const addMember = () =>
  databricks(MEMBERS, box.tokenOf('you'), 'POST', { applicationId: PRINCIPAL.applicationId, displayName: 'model-ci' });

describe('az', () => {
  test('says who is signed in', async () => {
    const { code, stdout } = await az(['account', 'show']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      id: PRINCIPAL.subscription.id,
      tenantId: PRINCIPAL.tenant,
      user: { name: PRINCIPAL.applicationId, type: 'servicePrincipal' },
    });
  });

  test('gives a token whose claims clients can read', async () => {
    const { stdout } = await az(['account', 'get-access-token', '--resource', 'https://management.azure.com/']);
    const answer = JSON.parse(stdout);
    const claims = JSON.parse(Buffer.from(answer.accessToken.split('.')[1], 'base64url').toString('utf8'));
    expect(claims).toMatchObject({ aud: AUDIENCES.management, exp: answer.expires_on, appid: PRINCIPAL.applicationId });
    expect(answer).toMatchObject({ tokenType: 'Bearer', tenant: PRINCIPAL.tenant });
    expect(answer.expires_on - Date.now() / 1000).toBeGreaterThan(3000);
  });

  test.each([
    ['another command', ['group', 'list'], 2, "'group list' is not a command of this az"],
    ['an unknown option', ['account', 'show', '--sdk-auth'], 2, 'unrecognized arguments: --sdk-auth'],
    ['a missing option', ['acr', 'login'], 2, 'required: --name'],
    ['a missing value', ['account', 'get-access-token', '--resource'], 2, '--resource: expected one argument'],
    ['another format', ['account', 'show', '-o', 'table'], 2, "'table' is not printed by this az"],
    ['a query that is more than names', ['account', 'show', '--query', 'user[?x]'], 2, "'user[?x]' is not understood"],
    ['an unknown service', ['account', 'get-access-token', '--resource', 'https://x.test'], 1, 'AADSTS500011'],
    ['another field of a workspace', ['ml', 'workspace', 'show', '-n', 'w', '-g', 'g'], 2, 'mlflow_tracking_uri only'],
  ])('refuses %s by name', async (_what, words, code, text) => {
    const ended = await az(words);
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(text) });
  });

  test('keeps its secret in one file for this user, and nobody is signed in after the session', async () => {
    const folder = box.folder('short');
    const short = box.sandbox.signIn.openSession(PRINCIPAL, folder);
    const config = short.environment.AZURE_CONFIG_DIR ?? '';
    const file = join(config, 'session.json');
    const { secret } = JSON.parse(readFileSync(file, 'utf8'));
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(statSync(config).mode & 0o077).toBe(0);
    for (const name of readdirSync(short.path)) {
      expect(readFileSync(join(short.path, name), 'utf8')).not.toContain(secret);
    }
    const replayed = () =>
      fetch(`${box.sandbox.addresses.control}/az`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}` },
        body: JSON.stringify({ words: ['account', 'show'] }),
      }).then((response) => response.json());
    expect(await replayed()).toMatchObject({ exitCode: 0 });
    short.close();
    expect(existsSync(config)).toBe(false);
    expect(await replayed()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("'az login'") });
  });
});

describe('a token', () => {
  test('opens Databricks to a member of the workspace, and to nobody else', async () => {
    const token = await getToken(AUDIENCES.databricks);
    const me = () => databricks('/api/2.0/preview/scim/v2/Me', token);
    expect(await me()).toMatchObject({ status: 403, text: expect.stringContaining('User not authorized.') });
    expect((await addMember()).status).toBe(201);
    const found = await me();
    expect(found.status).toBe(200);
    expect(JSON.parse(found.text)).toMatchObject({ userName: PRINCIPAL.applicationId, displayName: 'model-ci' });
    const elsewhere = await getToken(AUDIENCES.management);
    expect(await databricks('/api/2.0/preview/scim/v2/Me', elsewhere)).toMatchObject({
      status: 400,
      text: expect.stringContaining('Expected aud claim'),
    });
    const forged = `${token.slice(0, -4)}AAAA`;
    expect((await databricks('/api/2.0/preview/scim/v2/Me', forged)).status).toBe(403);
  });

  test('ends, is refused with 401, and the next one is good', async () => {
    await box.control('PUT', 'settings', { tokenSeconds: 1 });
    const old = await getToken(AUDIENCES.databricks);
    await sleep(1100);
    const refused = await databricks('/api/2.0/preview/scim/v2/Me', old);
    expect(refused).toMatchObject({ status: 401, text: expect.stringContaining('Token is expired') });
    await box.control('PUT', 'settings', { tokenSeconds: 3600 });
    expect((await databricks('/api/2.0/preview/scim/v2/Me', await getToken(AUDIENCES.databricks))).status).toBe(200);
    expect((await box.control('PUT', 'settings', { tokenSeconds: 0 })).status).toBe(400);
  });

  test('of a run is the build identity of its organisation, in REST and in git, until it ends', async () => {
    await box.control('PUT', 'organizations/fabrikam/projects/other');
    const ids = async (organization: string, project: string) => {
      const { body } = await box.control('PUT', `organizations/${organization}/projects/${project}`);
      return [body.organization.id, body.project.id] as const;
    };
    const { signIn } = box.sandbox;
    const ask = (token: string, scheme: 'bearer' | 'basic') => {
      const value = scheme === 'bearer' ? `Bearer ${token}` : `Basic ${Buffer.from(`x:${token}`).toString('base64')}`;
      return box.ask('GET', '_apis/connectionData', undefined, { who: 'nobody', headers: { authorization: value } });
    };
    const { text } = signIn.grantBuildToken(...(await ids('contoso', 'ml')), 60);
    for (const scheme of ['bearer', 'basic'] as const) {
      const answer = await ask(text, scheme);
      expect(answer.status).toBe(200);
      expect(answer.body.authenticatedUser.providerDisplayName).toBe('Build Service');
    }
    const foreign = signIn.grantBuildToken(...(await ids('fabrikam', 'other')), 60);
    expect((await ask(foreign.text, 'bearer')).status).toBe(401);
    const short = signIn.grantBuildToken(...(await ids('contoso', 'ml')), 0);
    expect((await ask(short.text, 'bearer')).status).toBe(401);
    // A token of Azure is none of Azure DevOps: the application is no user of the organisation.
    expect((await ask(await getToken(AUDIENCES.azureDevOps), 'bearer')).status).toBe(401);
  });

  test('shows in the log of requests by the name of its connection', async () => {
    await databricks('/api/2.0/preview/scim/v2/Me', await getToken(AUDIENCES.databricks));
    const { body } = await box.control('GET', 'requests');
    expect(body.at(-1)).toMatchObject({ service: 'databricks', who: 'model-ci' });
  });
});

describe('the identity behind a connection', () => {
  const endpoint = (type: string, parameters: Record<string, string>) => ({
    id: 'e1',
    references: [{ projectId: 'p', name: 'model-ci', description: '' }],
    body: { name: 'model-ci', type, authorization: { scheme: 'WorkloadIdentityFederation', parameters }, data: {} },
  });

  test('is the application that it names, whatever the case of the name', () => {
    for (const key of ['serviceprincipalid', 'servicePrincipalId']) {
      expect(getPrincipal(endpoint('azurerm', { [key]: 'ABC', tenantid: 'T' }))).toMatchObject({
        applicationId: 'abc',
        tenant: 't',
        connection: 'model-ci',
      });
    }
    expect(getPrincipal(endpoint('azurerm', {})).applicationId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('is none for a connection to something else', () => {
    expect(() => getPrincipal(endpoint('dockerregistry', {}))).toThrow('is of type dockerregistry, not azurerm');
  });
});
