import { type Agent, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One keep-alive agent for each way out. */
export interface Agents {
  /** The agent for this address: direct, or through the proxy's CONNECT. */
  get(url: URL): Promise<Agent>;
  /** Closes idle connections, so that the process can end. */
  close(): void;
}

/** Makes agents lazily. @param sockets connections to one host at once */
export function makeAgents(environment: Environment, sockets: number): Agents {
  const options = { keepAlive: true, maxSockets: sockets };
  const agents = new Map<string, Promise<Agent>>();
  const make = async (protocol: string, proxy: string | undefined): Promise<Agent> => {
    if (proxy === undefined) return protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
    const { HttpsProxyAgent } = await import('https-proxy-agent');
    return new HttpsProxyAgent(proxy, options);
  };
  return {
    get(url) {
      const proxy = findProxy(url, environment);
      const key = `${url.protocol} ${proxy ?? ''}`;
      const agent = agents.get(key) ?? make(url.protocol, proxy);
      agents.set(key, agent);
      return agent;
    },
    close() {
      for (const agent of agents.values()) void agent.then((made) => made.destroy());
    },
  };
}

/** The proxy for an address, as curl chooses it; both letter cases, lower case first. This machine is never behind a proxy. */
export function findProxy(url: URL, environment: Environment): string | undefined {
  const read = (name: string) => environment[name] || environment[name.toUpperCase()] || undefined;
  const proxy = read(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') ?? read('all_proxy');
  if (proxy === undefined || isLoopback(url.hostname)) return undefined;
  const excepted = (read('no_proxy') ?? '').split(/[\s,]+/).some((entry) => matches(entry.toLowerCase(), url));
  if (excepted) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function matches(entry: string, url: URL): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  const [, name = '', port] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  const ownPort = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (port !== undefined && port !== ownPort) return false;
  return url.hostname === name || url.hostname.endsWith(`.${name}`);
}
