import { expect, test } from 'vitest';
import type { Http, HttpRequest, HttpResponse } from '../http.ts';
import type { Credential } from '../identity.ts';
import { makeRest } from './rest.ts';

const org = 'https://devops.test/org';

/** Answers one after another, and remembers what was asked. */
function script(...answers: readonly Partial<HttpResponse>[]) {
  const asked: HttpRequest[] = [];
  const http: Http = {
    async send(request) {
      const answer = answers[asked.length];
      asked.push(request);
      return { status: 200, headers: {}, text: '{}', ...answer };
    },
    counts: () => ({ total: asked.length, sequential: asked.length }),
    close: () => undefined,
  };
  return { http, asked };
}

const pat: Credential = { source: 'AZURE_DEVOPS_EXT_PAT', authorization: async () => 'Basic c2VjcmV0' };
const get = { method: 'GET', url: '_apis/x', version: '7.1' } as const;

test('sends the version and the credential in headers', async () => {
  const { http, asked } = script({ text: '{"a":1}' });
  expect((await makeRest(http, org, pat).call(get)).body).toEqual({ a: 1 });
  expect(asked[0]).toMatchObject({ method: 'GET', url: `${org}/_apis/x` });
  expect(asked[0]?.headers).toMatchObject({
    authorization: 'Basic c2VjcmV0',
    accept: 'application/json;api-version=7.1',
  });
});

test.each([
  ['401', { status: 401, text: '' }],
  ['the sign-in page as 203', { status: 203, text: '<html>' }],
  ['the sign-in page as 200', { status: 200, text: '\n<!DOCTYPE html>' }],
  ['a redirect to it', { status: 302, text: '' }],
])('%s means not signed in', async (_name, answer) => {
  const call = makeRest(script(answer).http, org, pat).call(get);
  await expect(call).rejects.toMatchObject({ code: 'not-signed-in' });
});

test.each([
  ['forbidden', 403, { message: 'TF401027: You need GenericContribute', typeKey: 'GitNeedsPermissionException' }],
  ['try-again', 429, { message: 'TF400733', typeKey: '' }],
  ['failed', 409, { message: 'exists', typeKey: 'DefinitionExistsException' }],
])('%s carries the service’s own sentence and key', async (code, status, body) => {
  const { http } = script({ status, text: JSON.stringify(body), headers: { activityid: 'a-1' } });
  const call = makeRest(http, org, pat).call({ ...get, url: '_apis/x?secret=1' });
  await expect(call).rejects.toMatchObject({ code, status, typeKey: body.typeKey });
  await expect(makeRest(script({ status, text: JSON.stringify(body) }).http, org, pat).call(get)).rejects.toThrow(
    body.message,
  );
});

test('401 with an empty list is an empty list', async () => {
  const { http } = script({ status: 401, text: '{"count":0,"value":[]}' });
  expect((await makeRest(http, org, pat).call<{ value: [] }>(get)).body.value).toEqual([]);
});

test('a token that can be renewed is, once', async () => {
  const { http, asked } = script({ status: 401, text: '' }, { text: '{"ok":true}' });
  let token = 'old';
  const az: Credential = {
    source: 'az',
    authorization: async () => `Bearer ${token}`,
    renew: async () => {
      token = 'new';
    },
  };
  expect((await makeRest(http, org, az).call(get)).body).toEqual({ ok: true });
  expect(asked.map((request) => request.headers?.authorization)).toEqual(['Bearer old', 'Bearer new']);
});
