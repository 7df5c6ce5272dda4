import { request } from 'node:http';
import { connect } from 'node:net';
import type { Container, Handler, IntOrString } from '../objects.ts';
import type { RunningContainer } from './pod-runtime.ts';

/** Why a container did not answer as it should; `undefined`: it did. */
export async function tryHandler(
  handler: Handler,
  container: Container,
  running: RunningContainer,
  milliseconds: number,
): Promise<string | undefined> {
  if (handler.exec) {
    const code = await running.exec(handler.exec.command ?? [], milliseconds);
    return code === 0 ? undefined : `command exited with ${code}`;
  }
  const wanted = handler.httpGet?.port ?? handler.tcpSocket?.port;
  if (wanted === undefined) return undefined;
  const port = running.findPort(toPortNumber(wanted, container));
  if (port === undefined) return `the container has no port ${wanted}`;
  return handler.httpGet ? askHttp(port, handler.httpGet, milliseconds) : askTcp(port, milliseconds);
}

/** A container's port by number, or by the name it gives it. */
export function toPortNumber(port: IntOrString, { ports = [] }: Container): number {
  if (typeof port === 'number') return port;
  return ports.find(({ name }) => name === port)?.containerPort ?? Number(port);
}

function askHttp(
  port: number,
  { path = '/', httpHeaders = [] }: NonNullable<Handler['httpGet']>,
  milliseconds: number,
): Promise<string | undefined> {
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
  return new Promise((resolve) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      headers: { 'user-agent': 'kube-probe/1.33', ...headers },
      agent: false,
    });
    const timer = setTimeout(() => {
      asked.destroy();
      resolve('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
    }, milliseconds);
    asked.once('response', (response) => {
      clearTimeout(timer);
      response.resume();
      const { statusCode = 0 } = response;
      resolve(statusCode >= 200 && statusCode < 400 ? undefined : `HTTP probe failed with statuscode: ${statusCode}`);
    });
    asked.once('error', (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    asked.end();
  });
}

function askTcp(port: number, milliseconds: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: milliseconds });
    const end = (reason: string | undefined) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('i/o timeout'));
    socket.once('error', (error) => end(error.message));
  });
}
