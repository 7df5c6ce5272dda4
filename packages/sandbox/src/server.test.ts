import { existsSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PortTaken } from './addresses.ts';
import { startSandbox } from './server.ts';
import { startTestSandbox, type TestSandbox } from './test-sandbox.ts';

describe('a sandbox', () => {
  test('keeps state, tokens and addresses over a restart', async () => {
    const box = await startTestSandbox();
    const { home, sandbox } = box;
    try {
      const made = await box.ask('POST', 'ml/_apis/git/repositories', { name: 'churn' });
      const token = box.tokenOf('you');
      await sandbox.stop();
      const again = await startSandbox({ home });
      try {
        expect(again.addresses).toEqual(sandbox.addresses);
        const url = `${again.addresses.azureDevOps}/contoso/ml/_apis/git/repositories/churn`;
        expect(await getJson(url, token)).toMatchObject({ id: made.body.id });
      } finally {
        await again.stop();
      }
    } finally {
      await box.stop();
    }
  });

  test('says so when its port is taken, and takes nothing', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const box = await startTestSandbox();
    try {
      const start = startSandbox({ home: join(box.home, '..', 'other'), ports: { azureDevOps: port } });
      await expect(start).rejects.toThrow(PortTaken);
      const second = startSandbox({ home: join(box.home, '..', 'other'), ports: { azureDevOps: 0, databricks: port } });
      await expect(second).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken`);
      await expect(startSandbox({ home: box.home })).rejects.toThrow(PortTaken);
    } finally {
      other.close();
      await box.stop();
    }
  });
});

/** `fetch` would take a connection that it kept from before the restart. */
function getJson(url: string, token: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, headers: { authorization: `Bearer ${token}` } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
    });
    sent.on('error', reject).end();
  });
}

describe('what lies on disk', () => {
  test('is for this user alone', async () => {
    const box = await startTestSandbox();
    try {
      const identities = join(box.home, 'state', 'identities.json');
      expect(existsSync(identities)).toBe(true);
      expect(statSync(identities).mode & 0o077).toBe(0);
      expect(readFileSync(identities, 'utf8')).toContain(box.tokenOf('you'));
    } finally {
      await box.stop();
    }
  });
});

describe('the switches', () => {
  let box: TestSandbox;
  beforeAll(async () => {
    box = await startTestSandbox();
  });
  afterAll(() => box?.stop());
  afterEach(() => box.control('DELETE', 'faults'));
  const projects = '_apis/projects';

  test('making a project twice makes it once', async () => {
    const first = await box.control('PUT', 'organizations/Contoso/projects/twice');
    const second = await box.control('PUT', 'organizations/contoso/projects/TWICE');
    expect(second.body).toEqual(first.body);
  });

  test.each([
    ['a foreign name', { host: 'evil.test' }],
    ['a foreign origin', { origin: 'https://evil.test' }],
  ])('are closed to pages from elsewhere: %s', async (_name, headers) => {
    const url = new URL(`${box.sandbox.addresses.control}/identities`);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(url, { headers: { host: url.host, ...headers } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject).end();
    });
    expect(status).toBe(403);
  });

  test.each([
    ['status-401', 401],
    ['sign-in-203', 203],
    ['not-found', 404],
    ['conflict', 409],
    ['throttled-429', 429],
    ['server-error-500', 500],
    ['unavailable-503', 503],
    ['ok-retry-after', 200],
  ])('%s hits as often as asked, after as many as asked', async (fault, status) => {
    await box.control('POST', 'faults', {
      service: 'azureDevOps',
      method: 'GET',
      path: 'projects$',
      skip: 1,
      times: 1,
      fault,
    });
    const answers = [await box.ask('GET', projects), await box.ask('GET', projects), await box.ask('GET', projects)];
    expect(answers.map((answer) => answer.status)).toEqual([200, status, 200]);
    const hit = answers[1];
    if (/retry-after|429/.test(fault)) expect(hit?.headers.get('retry-after')).toBe('1');
    if (fault === 'unavailable-503') expect(hit?.text.charCodeAt(0)).toBe(0xfeff);
  });

  test.each([
    ['drop-before', 404],
    ['drop-after', 200],
  ])('%s cuts the connection; afterwards the repository is %i', async (fault, status) => {
    await box.control('POST', 'faults', { method: 'POST', path: 'repositories', times: 1, fault });
    await expect(box.ask('POST', 'ml/_apis/git/repositories', { name: fault })).rejects.toThrow('fetch failed');
    expect((await box.ask('GET', `ml/_apis/git/repositories/${fault}`)).status).toBe(status);
    const { body } = await box.control('GET', 'requests');
    expect(
      body.some((entry: { method: string; status: number }) => entry.method === 'POST' && entry.status === 0),
    ).toBe(true);
  });

  test('stale hides what was made from so many reads, by name and in lists', async () => {
    await box.control('POST', 'faults', { method: 'POST', path: 'repositories', times: 1, reads: 2, fault: 'stale' });
    await box.ask('POST', 'ml/_apis/git/repositories', { name: 'late' });
    expect((await box.ask('GET', 'ml/_apis/git/repositories/late')).status).toBe(404);
    const names = async () =>
      (await box.ask('GET', 'ml/_apis/git/repositories')).body.value.map(({ name }: { name: string }) => name);
    expect(await names()).not.toContain('late');
    expect(await names()).toContain('late');
  });

  test('stale works on Databricks too', async () => {
    await box.control('POST', 'faults', {
      service: 'databricks',
      method: 'POST',
      path: 'jobs/create',
      times: 1,
      fault: 'stale',
    });
    const ask = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`${box.sandbox.addresses.databricks}/api/2.2/jobs/${path}`, {
        method,
        headers: { authorization: `Bearer ${box.tokenOf('you')}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await response.json()) as { job_id?: number; jobs?: unknown[] };
    };
    const task = { task_key: 'a', notebook_task: { notebook_path: '/x' }, environment_key: 'e' };
    const environments = [{ environment_key: 'e', spec: { client: '2' } }];
    const { job_id } = await ask('POST', 'create', { name: 'late', tasks: [task], environments });
    expect(job_id).toBeGreaterThan(0);
    expect((await ask('GET', 'list')).jobs ?? []).toEqual([]);
    expect((await ask('GET', 'list')).jobs).toHaveLength(1);
  });

  test('slow and latency take their time', async () => {
    await box.control('POST', 'faults', { times: 1, fault: 'slow', ms: 120 });
    const start = performance.now();
    await box.ask('GET', projects);
    expect(performance.now() - start).toBeGreaterThan(110);
    await box.control('PUT', 'settings', { latency: 60 });
    const later = performance.now();
    await box.ask('GET', projects);
    expect(performance.now() - later).toBeGreaterThan(55);
    await box.control('PUT', 'settings', { latency: 0 });
  });

  test.each([
    ['faults', 'POST', { fault: 'meteor' }],
    ['faults', 'POST', { fault: 'slow', path: '(' }],
    ['faults', 'POST', { fault: 'slow', often: 3 }],
    ['settings', 'PUT', { latency: -1 }],
    ['identities/you', 'PUT', { role: 'god' }],
    ['organizations/contoso/projects/a%2Fb', 'PUT', {}],
  ])('%s %s %j is refused', async (path, method, body) => {
    expect((await box.control(method, path, body)).status).toBe(400);
  });

  test('the log tells who asked what, and no secret', async () => {
    await box.control('DELETE', 'requests');
    await box.ask('GET', `${projects}?$top=1`, undefined, { who: 'reader' });
    await box.ask('GET', projects, undefined, { who: 'nobody' });
    const { body, text } = await box.control('GET', 'requests');
    expect(body).toMatchObject([
      { service: 'azureDevOps', method: 'GET', path: '/contoso/_apis/projects?$top=1', status: 200, who: 'reader' },
      { status: 401, who: null },
    ]);
    expect(text).not.toContain(box.tokenOf('reader'));
  });

  test('a role changes what one may do, at once', async () => {
    const create = (name: string) => box.ask('POST', 'ml/_apis/git/repositories', { name }, { who: 'reader' });
    expect((await create('mine')).status).toBe(403);
    await box.control('PUT', 'identities/reader', { role: 'administrator' });
    expect((await create('mine')).status).toBe(201);
    await box.control('PUT', 'identities/reader', { role: 'reader' });
  });
});
