import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHITECTURE } from '../cluster/node/image-files.ts';
import { type Base, CREATED, openBase, toLabels } from './base-image.ts';
import { type BuildRoom, type BuiltStage, buildStage, describeStep, listEntries } from './build-stage.ts';
import { DockerError, refuseLine } from './docker-error.ts';
import { type ImageEntry, layEntries, listBelow } from './image-entries.ts';
import type { ImageConfig, ImageStore } from './image-store.ts';
import { parseDockerfile } from './parse-dockerfile.ts';
import { type BuildStep, planBuild, type Stage } from './plan-build.ts';
import { runCommand, writePrograms } from './run-command.ts';
import { type Layer, writeLayer } from './write-layer.ts';

/** An image that is asked for. */
export interface BuildOrder {
  /** Folder with a `Dockerfile`. */
  readonly context: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly environment: NodeJS.ProcessEnv;
  say(line: string): void;
}

/** Builds an image without containers. @returns digest of its manifest @throws DockerError, before anything is built for what cannot be */
export async function buildImage(store: ImageStore, order: BuildOrder): Promise<string> {
  const stages = planBuild(readDockerfile(order.context), order.arguments);
  const bases = new Map<string, Base>();
  for (const { base } of stages) if (!bases.has(base)) bases.set(base, await openBase(store, base, order.environment));
  const built: BuiltStage[] = [];
  const { context, environment, say } = order;
  const room: BuildRoom = { context, environment, say, folder: store.folder, stages: built };
  for (const [index, stage] of stages.entries()) {
    const base = bases.get(stage.base);
    if (!base) continue;
    say(`FROM ${stage.base}: this machine's Python ${base.version} (process, not container)`);
    if (index < stages.length - 1) built.push(await buildStage(stage, base, room));
    else return writeImage(store, stage, base, room, order.labels);
  }
  throw new DockerError('The Dockerfile has no stage.');
}

function readDockerfile(context: string) {
  const path = join(context, 'Dockerfile');
  if (!existsSync(path)) throw new DockerError(`There is no Dockerfile in ${context}.`);
  if (existsSync(join(context, '.dockerignore')))
    throw new DockerError('A .dockerignore is not understood without a container engine.');
  return parseDockerfile(readFileSync(path, 'utf8'));
}

async function writeImage(
  store: ImageStore,
  stage: Stage,
  base: Base,
  room: BuildRoom,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const work = mkdtempSync(join(store.work, 'image-'));
  try {
    const layers = await writeLayers(store, stage, base, room, work);
    const { config } = stage;
    const made = layers.flatMap(({ layer }) => (layer ? [layer] : []));
    const image: ImageConfig = {
      created: CREATED,
      architecture: ARCHITECTURE,
      os: 'linux',
      config: { ...config, Labels: { ...config.Labels, ...toLabels(base.version), ...labels } },
      rootfs: { type: 'layers', diff_ids: made.map(({ diffId }) => diffId) },
      history: layers.map(({ step, layer }) => ({
        created: CREATED,
        created_by: describeStep(step),
        ...(layer ? {} : { empty_layer: true }),
      })),
    };
    return store.write(image, made);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface StepLayer {
  readonly step: BuildStep;
  /** Absent: it changed no file. */
  readonly layer: Layer | undefined;
}

/** Files are laid out as far as a command follows that may look for them; after the last one there is no need. */
async function writeLayers(
  store: ImageStore,
  { steps }: Stage,
  base: Base,
  room: BuildRoom,
  work: string,
): Promise<readonly StepLayer[]> {
  const root = join(work, 'root');
  const programs = join(work, 'programs');
  mkdirSync(root, { mode: 0o755 });
  writePrograms(programs, base.python);
  const last = steps.findLastIndex(({ kind }) => kind === 'run');
  const layers: StepLayer[] = [];
  for (const [index, step] of steps.entries()) {
    room.say(describeStep(step));
    if (step.kind === 'copy') {
      const entries = listEntries(step, room);
      if (index < last) await layEntries(step.line, entries, root);
      layers.push({ step, layer: await writeCopied(store, step, entries, room) });
    } else {
      const before = listState(root);
      await runCommand(step, { root, programs, environment: room.environment });
      const changed = listChanged(step.line, root, before);
      layers.push({ step, layer: changed.length > 0 ? await writeLayer(changed, store.blobs) : undefined });
    }
  }
  return layers;
}

/** What was copied from an equal stage before is not packed a second time. */
async function writeCopied(
  store: ImageStore,
  step: BuildStep & { kind: 'copy' },
  entries: readonly ImageEntry[],
  room: BuildRoom,
): Promise<Layer> {
  const from = step.from === undefined ? undefined : room.stages[step.from];
  if (from === undefined) return writeLayer(entries, store.blobs);
  const name = Buffer.from(JSON.stringify([step.sources, step.target]))
    .toString('base64url')
    .slice(0, 200);
  const note = join(from.root, '..', `layer-${name}.json`);
  const known = existsSync(note) ? (JSON.parse(readFileSync(note, 'utf8')) as Layer) : undefined;
  if (known && existsSync(store.toBlobPath(known.digest))) return known;
  const layer = await writeLayer(entries, store.blobs);
  writeFileSync(note, JSON.stringify(layer));
  return layer;
}

function listState(root: string): ReadonlyMap<string, string> {
  return new Map(
    listBelow(root, '/', root).map(({ path }) => {
      const found = statSync(join(root, path), { throwIfNoEntry: false });
      return [path, found?.isDirectory() ? 'folder' : `${found?.ino} ${found?.size} ${found?.mtimeMs}`];
    }),
  );
}

function listChanged(line: number, root: string, before: ReadonlyMap<string, string>): readonly ImageEntry[] {
  const after = listState(root);
  const gone = [...before.keys()].find((path) => !after.has(path));
  if (gone !== undefined) throw refuseLine(line, `RUN took /${gone} away, which a line above has put there.`);
  return listBelow(root, '/', root).filter(({ path }) => before.get(path) !== after.get(path));
}
