import { createTranslate, UserError } from '@create-mlops-model/core';
import { describe, expect, it } from 'vitest';
import { fakeAzureDevOps } from '../../../../test/fakes/azure-devops.ts';
import { fakeDatabricks } from '../../../../test/fakes/databricks.ts';
import type { Services } from '../services/services.ts';
import type { Shell } from '../services/shell.ts';
import { checkNetwork } from './check-network.ts';
import { checkCredentials, checkSignIns } from './check-sign-in.ts';
import { checkTools } from './check-tools.ts';
import { type Finding, toDoctorExitCode } from './finding.ts';

const translate = createTranslate('en');

/** A machine on which these programs print this. */
const machine = (programs: Readonly<Record<string, string>>): Shell => ({
  run: async (file) => {
    const stdout = programs[file];
    const missing = stdout === undefined;
    return { exitCode: missing ? -1 : 0, stdout: stdout ?? '', stderr: '', missing };
  },
});

const toLines = (findings: readonly Finding[]) =>
  findings.map(({ name, status, text }) => `${status} ${name}: ${text}`);

describe('tools', () => {
  const check = async (programs: Readonly<Record<string, string>>, python?: string) =>
    toLines(
      await checkTools({
        shell: machine(programs),
        environment: {},
        translate,
        node: '20.19.0',
        ...(python === undefined ? {} : { python }),
      }),
    );

  it('all there', async () => {
    const programs = {
      git: 'git version 2.43.0\n',
      python3: 'Python 3.11.7\n',
      'python3.12': 'Python 3.12.4\n',
      az: '2.80.0\t2.80.0\n',
      kubectl: 'Client Version: v1.33.1\n',
    };
    expect(await check(programs, '3.12')).toEqual([
      'pass node: Node.js 20.19.0',
      'pass git: git 2.43.0',
      'pass python: Python 3.12.4',
      'pass az: az 2.80.0',
      'pass kubectl: kubectl 1.33.1',
    ]);
  });

  it('git is too old, Python another one, the optional ones missing', async () => {
    expect(await check({ git: 'git version 2.30.2', python3: 'Python 3.13.1' }, '3.12')).toEqual([
      'pass node: Node.js 20.19.0',
      'fail git: git 2.30.2 is too old; 2.31 or newer is needed.',
      'note python: Python 3.13.1; mlops.yaml names 3.12.',
      'note az: az is not installed.',
      'note kubectl: kubectl is not installed.',
    ]);
  });

  it('no Python stops a member of a model, and nobody else', async () => {
    expect(await check({ git: 'git version 3.0.1' }, '3.12')).toContain('fail python: Python is not installed.');
    expect(await check({ git: 'git version 3.0.1', python3: 'Python 3.9.2' })).toContain(
      'note python: Python 3.9.2 is too old; 3.11 or newer is needed.',
    );
  });
});

describe('network', () => {
  const check = (environment: Readonly<Record<string, string>>, exists = true) =>
    checkNetwork({ environment, translate, addresses: ['https://dev.azure.com/x'], fileExists: () => exists });

  it('says nothing where nothing is set', () => expect(check({})).toEqual([]));

  it('shows the proxy without its password', () => {
    const [line] = check({ HTTPS_PROXY: 'http://me:hunter2@proxy.test:8080' });
    expect(line).toMatchObject({ status: 'pass', text: 'dev.azure.com is reached through the proxy proxy.test:8080.' });
    expect(check({ https_proxy: 'socks5://proxy.test' })[0]).toMatchObject({ status: 'fail' });
    expect(check({ https_proxy: 'http://proxy.test', no_proxy: 'dev.azure.com' })).toEqual([]);
  });

  it('misses a certificate file, and reminds of git', () => {
    const lines = toLines(check({ NODE_EXTRA_CA_CERTS: '/etc/ca.pem' }, false));
    expect(lines).toEqual([
      'fail NODE_EXTRA_CA_CERTS: NODE_EXTRA_CA_CERTS names /etc/ca.pem, which is not there.',
      'note git: Node.js knows your network’s certificates, but git is told of none.',
    ]);
    expect(check({ NODE_EXTRA_CA_CERTS: '/a', GIT_SSL_CAINFO: '/a' }).every(({ status }) => status === 'pass')).toBe(
      true,
    );
  });
});

describe('log-ins', () => {
  const refused = async () => {
    throw new UserError('not-signed-in', 'Not accepted.', 'Sign in again.');
  };
  const services = (changes: Partial<Services> = {}) =>
    ({ azureDevOps: fakeAzureDevOps(), databricks: fakeDatabricks(), ...changes }) as Services;

  it('names who we are on both services, and a missing Git credential', async () => {
    const databricks = fakeDatabricks();
    const lines = toLines(await checkSignIns(services({ databricks }), translate));
    expect(lines).toEqual([
      'pass azure-devops: Azure DevOps: signed in as You (you@example.test).',
      'pass databricks: Databricks: signed in as You (you@example.test).',
      'note git-credential: Databricks holds no Git credential of yours for Azure DevOps, and uses your Entra sign-in.',
    ]);
    databricks.state.gitProviders = ['gitHub', 'azureDevOpsServicesAad'];
    expect((await checkSignIns(services({ databricks }), translate)).at(-1)).toMatchObject({ status: 'pass' });
  });

  it('each service fails by itself, with what to do', async () => {
    const found = await checkSignIns(services({ databricks: { ...fakeDatabricks(), getUser: refused } }), translate);
    expect(found.map(({ status }) => status)).toEqual(['pass', 'fail']);
    expect(found[1]).toMatchObject({ code: 'not-signed-in', fix: 'Sign in again.' });
    expect(toDoctorExitCode(found)).toBe(4);
  });

  it('outside a model: a token, else the Azure CLI; only Azure needs one', async () => {
    const check = (environment: Readonly<Record<string, string>>, programs = {}, kind?: 'azure') =>
      checkCredentials({ shell: machine(programs), environment, translate }, kind);
    const both = { AZURE_DEVOPS_EXT_PAT: 'a-secret', DATABRICKS_TOKEN: 'another-secret' };
    expect(JSON.stringify(await check(both))).not.toContain('secret');
    expect((await check(both)).map(({ status }) => status)).toEqual(['pass', 'pass']);
    expect(await check({}, { az: 'me@example.ca\n' })).toMatchObject([{ status: 'pass' }]);
    expect(await check({})).toMatchObject([{ status: 'note' }]);
    expect(toDoctorExitCode(await check({}, {}, 'azure'))).toBe(4);
  });
});

describe('the exit code', () => {
  const line = { topic: 'rights', name: 'x', text: 'x' } as const;

  it('is 4 only where nothing but log-ins or rights are missing', () => {
    expect(toDoctorExitCode([{ ...line, status: 'note' }])).toBe(0);
    expect(toDoctorExitCode([{ ...line, status: 'fail', code: 'forbidden' }])).toBe(4);
    expect(
      toDoctorExitCode([
        { ...line, status: 'fail', code: 'forbidden' },
        { ...line, status: 'fail' },
      ]),
    ).toBe(1);
  });
});
