// The program `docker` of an agent on a machine without a container engine: `docker.ts <folder of its images> <words>…`.
import { text } from 'node:stream/consumers';
import { DockerError } from './docker/docker-error.ts';
import { runDocker } from './docker/run-docker.ts';

const [store = '', ...words] = process.argv.slice(2);
runDocker({
  store,
  words,
  environment: process.env,
  readInput: () => text(process.stdin),
  say: (line) => process.stdout.write(line.endsWith('\n') || line === '' ? line : `${line}\n`),
}).catch((error: unknown) => {
  const said = error instanceof DockerError ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(`${said}\n`);
  process.exitCode = 1;
});
