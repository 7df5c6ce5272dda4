import { resolve } from 'node:path';
import type { Translate } from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import { describeFolder } from '../services/disk.ts';
import { type Environment, findProxy } from '../services/http-agents.ts';
import type { Finding } from './finding.ts';

/** What decides how requests leave this machine. */
export interface NetworkSources {
  readonly environment: Environment;
  readonly translate: Translate;
  /** Addresses that will be asked. */
  readonly addresses: readonly string[];
  /** Whether there is a file at the path. */
  readonly fileExists: (path: string) => boolean;
}

/** The network of this process. */
export function examineNetwork(
  { env: environment, translate, cwd }: CommandContext,
  addresses: readonly string[],
): readonly Finding[] {
  const fileExists = (path: string) => ['file', 'link'].includes(describeFolder(resolve(cwd, path)));
  return checkNetwork({ environment, translate, addresses, fileExists });
}

/** Proxies and certificates; a line only for what is set. */
export function checkNetwork(sources: NetworkSources): readonly Finding[] {
  return [...sources.addresses.flatMap((address) => checkProxy(address, sources)), ...checkCertificates(sources)];
}

function checkProxy(address: string, { environment, translate }: NetworkSources): readonly Finding[] {
  const { hostname } = new URL(address);
  const proxy = findProxy(new URL(address), environment);
  if (proxy === undefined) return [];
  // A proxy's address may hold a password: only its host is shown.
  const shown = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (shown !== undefined && /^https?:$/.test(shown.protocol)) {
    const text = translate('doctor.proxy', { host: hostname, proxy: shown.host });
    return [{ topic: 'network', name: 'proxy', status: 'pass', text }];
  }
  return [
    {
      topic: 'network',
      name: 'proxy',
      status: 'fail',
      text: translate('doctor.proxy.bad', { host: hostname }),
      fix: translate('doctor.proxy.fix'),
    },
  ];
}

function checkCertificates({ environment, translate, fileExists }: NetworkSources): readonly Finding[] {
  const own = ['NODE_EXTRA_CA_CERTS', 'GIT_SSL_CAINFO'].flatMap((variable): Finding[] => {
    const file = environment[variable];
    if (!file) return [];
    const line = { topic: 'network', name: variable } as const;
    if (fileExists(file)) return [{ ...line, status: 'pass', text: translate('doctor.ca', { variable, file }) }];
    const text = translate('doctor.ca.missing', { variable, file });
    return [{ ...line, status: 'fail', text, fix: translate('doctor.ca.fix', { variable }) }];
  });
  if (!environment.NODE_EXTRA_CA_CERTS || environment.GIT_SSL_CAINFO) return own;
  const text = translate('doctor.ca.git');
  return [...own, { topic: 'network', name: 'git', status: 'note', text, fix: translate('doctor.ca.git.fix') }];
}
