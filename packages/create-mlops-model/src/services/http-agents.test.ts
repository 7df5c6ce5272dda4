import { expect, test } from 'vitest';
import { findProxy } from './http-agents.ts';

const proxy = 'http://proxy.test:3128';

test.each([
  ['https_proxy for https', { https_proxy: proxy }, 'https://dev.azure.com', proxy],
  ['upper case', { HTTPS_PROXY: proxy }, 'https://dev.azure.com', proxy],
  ['lower case first', { HTTPS_PROXY: 'http://other.test', https_proxy: proxy }, 'https://dev.azure.com', proxy],
  ['an empty one is none', { https_proxy: '' }, 'https://dev.azure.com', undefined],
  ['http_proxy is not for https', { http_proxy: proxy }, 'https://dev.azure.com', undefined],
  ['all_proxy for both', { ALL_PROXY: proxy }, 'https://dev.azure.com', proxy],
  ['without a scheme', { https_proxy: 'proxy.test:3128' }, 'https://dev.azure.com', proxy],
  ['no_proxy by domain', { https_proxy: proxy, no_proxy: 'x.test, azure.com' }, 'https://dev.azure.com', undefined],
  ['no_proxy with a dot', { https_proxy: proxy, NO_PROXY: '.azure.com' }, 'https://dev.azure.com', undefined],
  ['no_proxy with a star', { https_proxy: proxy, NO_PROXY: '*.azure.com' }, 'https://dev.azure.com', undefined],
  ['no_proxy for all', { https_proxy: proxy, NO_PROXY: '*' }, 'https://dev.azure.com', undefined],
  ['no_proxy of another port', { https_proxy: proxy, NO_PROXY: 'dev.azure.com:8443' }, 'https://dev.azure.com', proxy],
  ['no_proxy of this port', { https_proxy: proxy, NO_PROXY: 'dev.azure.com:443' }, 'https://dev.azure.com', undefined],
  ['not a part of a name', { https_proxy: proxy, NO_PROXY: 'azure.com' }, 'https://notazure.com', proxy],
  ['loopback by number', { http_proxy: proxy }, 'http://127.0.0.1:7310', undefined],
  ['loopback by name', { http_proxy: proxy }, 'http://localhost:7310', undefined],
  ['loopback IPv6', { http_proxy: proxy }, 'http://[::1]:7310', undefined],
])('%s', (_name, environment, url, expected) => {
  expect(findProxy(new URL(url), environment)).toBe(expected);
});
