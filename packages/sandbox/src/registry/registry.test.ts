import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestSandbox, type TestSandbox } from '../test-sandbox.ts';

let box: TestSandbox;
beforeAll(async () => {
  box = await startTestSandbox();
});
afterAll(() => box.stop());

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

const digestOf = (content: string | Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

async function call(method: string, path: string, init: RequestInit & { who?: string } = {}) {
  const { who = 'you', ...rest } = init;
  const authorization = `Basic ${Buffer.from(`any:${box.tokenOf(who)}`).toString('base64')}`;
  const url = path.startsWith('http') ? path : `${box.sandbox.addresses.registry}${path}`;
  return fetch(url, { ...rest, method, headers: { authorization, ...rest.headers } });
}

const codeOf = async (response: Response) =>
  ((await response.json()) as { errors: { code: string }[] }).errors[0]?.code;

async function upload(repository: string, content: string): Promise<string> {
  const digest = digestOf(content);
  const made = await call('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: content });
  expect(made.status).toBe(201);
  return digest;
}

test('a blob is uploaded whole, in pieces, or mounted, and read whole or in part', async () => {
  const digest = await upload('shop/price', 'hello');
  const started = await call('POST', '/v2/shop/other/blobs/uploads/');
  const place = started.headers.get('location') ?? '';
  const first = await call('PATCH', place, { body: 'one ', headers: { 'content-range': '0-3' } });
  expect([first.status, first.headers.get('range')]).toEqual([202, '0-3']);
  const gap = await call('PATCH', place, { body: 'late', headers: { 'content-range': '9-12' } });
  expect(gap.status).toBe(416);
  const ended = await call('PUT', `${place}?digest=${digestOf('one two')}`, { body: 'two' });
  expect(ended.status).toBe(201);
  const mounted = await call('POST', `/v2/shop/other/blobs/uploads/?mount=${digest}&from=shop/price`);
  expect(mounted.status).toBe(201);
  const part = await call('GET', `/v2/shop/other/blobs/${digest}`, { headers: { range: 'bytes=1-2' } });
  expect([part.status, await part.text()]).toEqual([206, 'el']);
});

test('content that is not what its digest says is refused, and not kept', async () => {
  const wrong = digestOf('something else');
  const refused = await call('POST', `/v2/price/blobs/uploads/?digest=${wrong}`, { body: 'hello' });
  expect([refused.status, await codeOf(refused)]).toEqual([400, 'DIGEST_INVALID']);
  expect((await call('HEAD', `/v2/price/blobs/${wrong}`)).status).toBe(404);
  const outside = await call('GET', '/v2/price/blobs/sha256:..%2F..%2Fidentities');
  expect(outside.status).toBeGreaterThanOrEqual(400);
});

test('a manifest must name what is there; a tag moves; a digest that goes takes its tags along', async () => {
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: await upload('price', '{}'),
    size: 2,
  };
  const put = (tag: string, manifest: unknown) =>
    call('PUT', `/v2/price/manifests/${tag}`, {
      body: JSON.stringify(manifest),
      headers: { 'content-type': MANIFEST },
    });
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [] };
  const dangling = await put('1', { ...manifest, layers: [{ ...config, digest: digestOf('nowhere') }] });
  expect([dangling.status, await codeOf(dangling)]).toEqual([404, 'MANIFEST_BLOB_UNKNOWN']);
  const digest = digestOf(JSON.stringify(manifest));
  expect((await put('1', manifest)).headers.get('docker-content-digest')).toBe(digest);
  expect((await put('2', { ...manifest, annotations: { a: 'b' } })).status).toBe(201);
  expect((await put('2', manifest)).status).toBe(201);
  expect((await call('HEAD', '/v2/price/manifests/2')).headers.get('docker-content-digest')).toBe(digest);
  expect(await (await call('GET', '/v2/price/tags/list?n=1')).json()).toEqual({ name: 'price', tags: ['1'] });
  expect((await call('DELETE', `/v2/price/manifests/${digest}`)).status).toBe(202);
  expect(await (await call('GET', '/v2/price/tags/list')).json()).toEqual({ name: 'price', tags: [] });
  const gone = await call('GET', '/v2/price/manifests/2');
  expect([gone.status, await codeOf(gone)]).toEqual([404, 'MANIFEST_UNKNOWN']);
});

test('nobody gets in without a sign-in, a reader does not push, and a token comes from a sign-in', async () => {
  const { registry } = box.sandbox.addresses;
  const anonymous = await fetch(`${registry}/v2/price/tags/list`);
  expect(anonymous.status).toBe(401);
  const challenge = anonymous.headers.get('www-authenticate') ?? '';
  expect(challenge).toContain(`Bearer realm="${registry}/oauth2/token"`);
  expect(challenge).toContain('scope="repository:price:pull"');
  const pushed = await call('POST', '/v2/price/blobs/uploads/', { who: 'reader' });
  expect([pushed.status, await codeOf(pushed)]).toEqual([403, 'DENIED']);

  const exchange = new URLSearchParams({ grant_type: 'access_token', access_token: box.tokenOf('you') });
  const exchanged = await fetch(`${registry}/oauth2/exchange`, { method: 'POST', body: exchange });
  const { refresh_token } = (await exchanged.json()) as { refresh_token: string };
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token });
  const granted = await fetch(`${registry}/oauth2/token`, { method: 'POST', body: form });
  const { access_token } = (await granted.json()) as { access_token: string };
  const entered = await fetch(`${registry}/v2/`, { headers: { authorization: `Bearer ${access_token}` } });
  expect(entered.status).toBe(200);
  const made = await fetch(`${registry}/v2/`, { headers: { authorization: `Bearer ${refresh_token}` } });
  expect(made.status).toBe(401);
});
