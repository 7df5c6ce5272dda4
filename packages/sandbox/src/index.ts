export { type Ports, PortTaken } from './addresses.ts';
export { main } from './cli.ts';
export type { Fault, FaultKind } from './faults.ts';
export type { Identity } from './identities.ts';
export type { LoggedRequest } from './request-log.ts';
export { type Addresses, type Sandbox, type SandboxOptions, startSandbox } from './server.ts';
