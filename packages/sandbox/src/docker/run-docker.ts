import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openBase } from './base-image.ts';
import { buildImage } from './build-image.ts';
import { DockerError } from './docker-error.ts';
import { openImageStore } from './image-store.ts';
import { inspectImage } from './inspect-image.ts';
import { pushImage } from './push-image.ts';
import { signIn } from './sign-in.ts';

/** Who calls, and what the answers go to. */
export interface DockerCall {
  /** Folder of the images. */
  readonly store: string;
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly readInput: () => Promise<string>;
  say(line: string): void;
}

const COMMANDS = { build, 'image inspect': inspect, inspect, login, pull, push, tag };

/** Runs a command of `docker`. @throws DockerError */
export async function runDocker(call: DockerCall): Promise<void> {
  const [first = '', second = ''] = call.words;
  const name = first === 'image' ? `${first} ${second}` : first;
  const known = Object.entries(COMMANDS).find(([words]) => words === name);
  if (!known) {
    throw new DockerError(
      `docker ${name}: this machine has no container engine, and the sandbox's own docker knows only ${Object.keys(COMMANDS).join(', ')}. Install Docker or Podman for all else.`,
    );
  }
  try {
    await known[1]({ ...call, words: call.words.slice(name.split(' ').length) });
  } catch (error) {
    const isUsage = String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
    throw isUsage ? new DockerError(`docker ${name}: ${(error as Error).message}`) : error;
  }
}

async function build({ store, words, environment, say }: DockerCall): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: {
      tag: { type: 'string', short: 't', multiple: true },
      label: { type: 'string', multiple: true },
      'build-arg': { type: 'string', multiple: true },
    },
    allowPositionals: true,
  });
  const images = openImageStore(store);
  const digest = await buildImage(images, {
    context: resolve(getOne('build', positionals)),
    arguments: toPairs(values['build-arg']),
    labels: toPairs(values.label),
    environment,
    say,
  });
  const names = values.tag ?? [];
  for (const name of names) images.name(name, { digest, pushed: [] });
  images.prune();
  say(`Built ${names.join(', ')} ${digest}: process, not container.`);
}

async function inspect({ store, words, say }: DockerCall): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { format: { type: 'string', short: 'f' } },
    allowPositionals: true,
  });
  say(inspectImage(openImageStore(store), getOne('inspect', positionals), values.format));
}

async function login({ words, environment, readInput, say }: DockerCall): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { username: { type: 'string', short: 'u' }, 'password-stdin': { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.username === undefined || values['password-stdin'] !== true)
    throw new DockerError('docker login: --username and --password-stdin are needed.');
  const password = (await readInput()).trim();
  await signIn(getOne('login', positionals), values.username, password, environment);
  say('Login Succeeded');
}

async function pull({ store, words, environment, say }: DockerCall): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { quiet: { type: 'boolean', short: 'q' } },
    allowPositionals: true,
  });
  const name = getOne('pull', positionals);
  const { version } = await openBase(openImageStore(store), name, environment);
  if (!values.quiet) say(`${name} is this machine's Python ${version}: process, not container.`);
  say(name);
}

async function push({ store, words, environment, say }: DockerCall): Promise<void> {
  const { positionals } = parseArgs({ args: [...words], options: {}, allowPositionals: true });
  await pushImage(openImageStore(store), getOne('push', positionals), environment, say);
}

async function tag({ store, words }: DockerCall): Promise<void> {
  const { positionals } = parseArgs({ args: [...words], options: {}, allowPositionals: true });
  const [source, target, ...more] = positionals;
  if (source === undefined || target === undefined || more.length > 0)
    throw new DockerError('docker tag: an image and its new name are needed.');
  const images = openImageStore(store);
  const image = images.find(source);
  if (!image) throw new DockerError(`No such image: ${source}`);
  images.name(target, image);
}

function getOne(command: string, positionals: readonly string[]): string {
  const [only, ...more] = positionals;
  if (only === undefined || more.length > 0)
    throw new DockerError(`docker ${command}: one name is needed, not ${positionals.length}.`);
  return only;
}

function toPairs(texts: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new DockerError(`${text}: NAME=VALUE is expected.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
