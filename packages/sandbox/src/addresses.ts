import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ListenOptions, listen, type Service } from './router.ts';
import type { Store } from './store.ts';

/** Ports of a sandbox; kept, so that a restart does not change a single URL. */
export interface Ports {
  readonly azureDevOps?: number;
  readonly databricks?: number;
  readonly registry?: number;
  readonly cluster?: number;
  readonly tracking?: number;
}

/** A port that somebody else holds. */
export class PortTaken extends Error {
  readonly port: number;

  constructor(port: number) {
    super(`Port ${port} of 127.0.0.1 is taken by another program. End that program, or ask for another port.`);
    this.name = 'PortTaken';
    this.port = port;
  }
}

/** The first ports tried when none is known. */
const FIRST_PORTS = { azureDevOps: 7310, databricks: 7311, registry: 7710, cluster: 7810, tracking: 7711 } as const;
const ATTEMPTS = 200;

/**
 * Opens a service's port: the one asked for, else the one of last time, else the next free one.
 * @throws PortTaken if it was asked for or is the one that URLs already name
 */
export async function openPort(
  name: keyof Ports,
  service: Service,
  asked: number | undefined,
  kept: Store<Ports>,
  options: ListenOptions = {},
): Promise<{ server: Server; port: number }> {
  const fixed = asked ?? kept.data[name];
  const server =
    fixed === undefined
      ? await listenFrom(service, FIRST_PORTS[name], options)
      : await listenAt(service, fixed, options);
  const { port } = server.address() as AddressInfo;
  kept.data = { ...kept.data, [name]: port };
  kept.save();
  return { server, port };
}

async function listenFrom(service: Service, first: number, options: ListenOptions): Promise<Server> {
  for (let port = first; port < first + ATTEMPTS * 2; port += 2) {
    try {
      return await listenAt(service, port, options);
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
    }
  }
  return listenAt(service, 0, options);
}

async function listenAt(service: Service, port: number, options: ListenOptions): Promise<Server> {
  try {
    return await listen(service, port, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortTaken(port);
    throw error;
  }
}
