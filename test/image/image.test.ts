import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readManifest } from '../../scripts/render.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { trainModel } from '../api/service-process.ts';
import { createPythonProject, type PythonProject } from '../render/python-project.ts';
import { requireTool } from '../require-tool.ts';
import { assembleImage } from './assemble-image.ts';
import { type Container, startService } from './container.ts';
import { type ContainerEngine, canRunContainers, PROGRAMS, startContainerEngine } from './container-engine.ts';
import { createMarkers, findMarkers, holdsMarker, plantMarkers } from './markers.ts';
import { readOutputs, type TrackedProject, type TrainingResult, trackProject, train } from './trained-project.ts';

const MINUTES = 60_000;

requireTool(`root and ${PROGRAMS.join(', ')}`, canRunContainers)('the image of the example', () => {
  const aside = mkdtempSync(join(tmpdir(), 'image-'));
  const model = join(aside, 'model');
  const markers = createMarkers();
  const logs: string[] = [];
  let engine: ContainerEngine;
  let tracked: TrackedProject;
  let runs: readonly TrainingResult[];
  let variables: Record<string, string>;
  let image: string;

  beforeAll(async () => {
    const manifest = readManifest(join(ROOT, 'examples/ottawa-over-asking.yaml'));
    engine = await startContainerEngine();
    const named = { REGISTRY_NAME: 'contoso', REGISTRY_SERVER: engine.registry, BASE_IMAGE: engine.base };
    tracked = await trackProject({ ...manifest, python: '3.11' }, { ...engine.env, ...named });
    plantMarkers(tracked.project.folder, markers);
    runs = [await train(tracked, 1), await train(tracked, 4)];
    await registerWorse(tracked, runs[0] as TrainingResult);
  }, 15 * MINUTES);

  afterAll(async () => {
    await tracked?.stop();
    await engine?.stop();
    rmSync(aside, { recursive: true, force: true });
  }, MINUTES);

  /** Runs one of the pipeline's scripts, and keeps what it wrote. */
  async function step(...args: string[]): Promise<string> {
    const ended = await tracked.tryRun(args, variables);
    logs.push(ended.output);
    expect(ended, ended.output).toMatchObject({ code: 0 });
    return ended.output;
  }

  it('is made of the best version, which is not the newest', async () => {
    const output = await step('pipelines/deploy/select_model.py', '--output', model);
    const { found, version, runId } = readOutputs(output);
    expect({ found, version, runId }).toEqual({ found: 'true', version: '2', runId: runs[1]?.run_id });
    variables = { MODEL_VERSION: version ?? '', MODEL_RUN_ID: runId ?? '' };
  });

  it('is tried on the agent before it is built', { timeout: 2 * MINUTES }, async () => {
    const output = await step('pipelines/deploy/local_deploy_test.py', '--model', model);
    expect(output).toContain('serves the model and refuses wrong requests');
  });

  it('is not built when the registry refuses, and the step says so', async () => {
    const refused = { ...variables, REGISTRY_PASSWORD: 'wrong' };
    const ended = await tracked.tryRun(['pipelines/deploy/build_push_image.py', '--model', model], refused);
    expect(ended.code).toBe(1);
    expect(ended.output).toContain('The registry contoso did not answer');
  });

  it('is built by docker, pushed, and not built again', { timeout: 8 * MINUTES }, async () => {
    const build = ['pipelines/deploy/build_push_image.py', '--model', model];
    const { digest, tag, commit } = readOutputs(await step(...build));
    const head = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: tracked.project.folder, encoding: 'utf8' }).trim();
    expect(commit).toBe(head);
    expect(tag).toBe(`2-${runs[1]?.run_id}-${head.slice(0, 12)}`);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    image = `${engine.registry}/ottawa-over-asking@${digest}`;
    const again = await step(...build);
    expect(again).toContain('The registry has this image already');
    expect(readOutputs(again)).toMatchObject({ digest, tag });
  });

  it('says what it is made of, holds no secret, and does not run as root', async () => {
    // By digest, as a cluster's nodes do.
    await engine.docker('pull', '--quiet', image);
    const [found] = JSON.parse(await engine.docker('inspect', image));
    const [base] = JSON.parse(await engine.docker('inspect', engine.base));
    expect(found.Config.Labels).toMatchObject({
      'ca.gc.mlops.model.name': 'ottawa-over-asking',
      'ca.gc.mlops.model.version': '2',
      'ca.gc.mlops.model.run-id': runs[1]?.run_id,
      'org.opencontainers.image.revision': expect.stringMatching(/^[0-9a-f]{40}$/),
      'org.opencontainers.image.base.digest': base.RepoDigests[0].split('@')[1],
    });
    expect(found.Config.User).toBe('10001:10001');
    const history = await engine.docker('history', '--no-trunc', '--format', '{{.CreatedBy}}', image);
    const told = JSON.stringify(found.Config) + history;
    for (const secret of [engine.env.REGISTRY_PASSWORD ?? '', 'index-url', 'REGISTRY_']) {
      expect(told).not.toContain(secret);
    }
  });

  describe('in service', () => {
    let service: Container;

    beforeAll(async () => {
      service = await startService(engine, image);
    }, 2 * MINUTES);
    afterAll(() => service?.remove());

    it('serves the version that was selected', async () => {
      const answer = await fetch(`${service.url}/v1/model`);
      expect(await answer.json()).toMatchObject({
        name: 'ottawa-over-asking',
        version: '2',
        run_id: runs[1]?.run_id,
        metrics: runs[1]?.metrics,
      });
    });

    it('answers right and wrong requests as the agent’s own try asks for', async () => {
      const port = new URL(service.url).port;
      const ended = await tracked.run('-c', TRY_SERVICE, port);
      expect(ended.trim().split('\n').at(-1)).toBe('[]');
    });

    it('answers what training answers', async () => {
      const request = await readExample(service.url);
      const answer = await score(service.url, request);
      const own = await tracked.run('-c', SCORE_HERE, model, JSON.stringify(request));
      const [expected] = JSON.parse(own.trim().split('\n').at(-1) ?? '').predictions;
      const { predictions } = (await answer.json()) as { readonly predictions: readonly Prediction[] };
      expect(predictions).toMatchObject([{ label: expected.label }]);
      expect(predictions[0]?.probability).toBeCloseTo(expected.probability, 12);
    });

    it('is a plain user on a file system that cannot be written', async () => {
      expect(await engine.docker('exec', service.id, 'id', '-u')).toBe('10001');
      const write = engine.docker('exec', service.id, 'sh', '-c', 'echo x > /app/api/x');
      await expect(write).rejects.toThrow(/Read-only file system/);
      const escalate = await engine.docker('exec', service.id, 'grep', '-E', '^(CapEff|NoNewPrivs)', '/proc/1/status');
      expect(escalate.replace(/\s+/g, ' ')).toBe('CapEff: 0000000000000000 NoNewPrivs: 1');
    });

    it('lists what is in it, and holds neither tests nor training code', async () => {
      const bill = JSON.parse(await engine.docker('exec', service.id, 'cat', '/app/sbom.cdx.json'));
      expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
      const names = bill.components.map((component: { name: string }) => component.name);
      expect(names).toEqual(expect.arrayContaining(['fastapi', 'uvicorn', 'numpy', 'pydantic']));
      expect(names).not.toContain('pandas');
      const files = await engine.docker('exec', service.id, 'find', '/app', '-type', 'f');
      expect(files).toContain('/app/model/parameters.json');
      expect(files).not.toMatch(/tests|notebooks|\.git|data\.py/);
    });

    it('is told to stop: takes what still comes, finishes what it has, and ends within the grace', async () => {
      const request = await readExample(service.url);
      const stopped = engine.docker('stop', '--time', '30', service.id);
      const started = performance.now();
      const statuses: number[] = [];
      while (performance.now() - started < 3000) statuses.push((await score(service.url, request)).status);
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(statuses.length).toBeGreaterThan(10);
      await stopped;
      expect((performance.now() - started) / 1000).toBeLessThan(25);
      const [{ State }] = JSON.parse(await engine.docker('inspect', service.id));
      expect([0, 143]).toContain(State.ExitCode);
    });

    it('logs numbers and identifiers, nothing that was sent', async () => {
      const fresh = await startService(engine, image);
      try {
        const [row] = (await readExample(fresh.url)).data;
        const wrong = { ...row, neighbourhood: markers.text, list_price: markers.extreme };
        expect((await score(fresh.url, { data: [{ ...row, living_area: markers.number }] })).status).toBe(200);
        const refused = await score(fresh.url, { data: [wrong] });
        expect(refused.status).toBe(422);
        expect(holdsMarker(Buffer.from(await refused.text()), markers)).toBe(false);
        const log = await fresh.readLog();
        expect(log).toContain('"event": "request"');
        expect(holdsMarker(Buffer.from(log), markers)).toBe(false);
      } finally {
        await fresh.remove();
      }
    });
  });

  describe('of a LightGBM model', () => {
    const manifest = readManifest(join(ROOT, 'examples/avis-meteo.yaml'));
    let project: PythonProject;

    beforeAll(async () => {
      project = await createPythonProject(manifest);
    }, 15 * MINUTES);
    afterAll(() => {
      if (project) rmSync(project.folder, { recursive: true, force: true });
    });

    it('starts on a base that lacks OpenMP, and answers', { timeout: 8 * MINUTES }, async () => {
      const context = await assembleImage(project, await trainModel(project, '--mode', 'test'));
      await engine.docker('build', '--build-arg', `BASE_IMAGE=${engine.base}`, '--tag', 'lightgbm', context);
      const service = await startService(engine, 'lightgbm');
      try {
        const answer = await score(service.url, await readExample(service.url));
        const { predictions } = (await answer.json()) as { readonly predictions: readonly Prediction[] };
        expect(predictions[0]?.probability).toBeGreaterThan(0);
      } finally {
        await service.remove();
      }
    });
  });

  describe('privacy: values of training records', () => {
    it('would be found in every form that a program here writes', async () => {
      const folder = join(aside, 'control');
      mkdirSync(folder);
      await tracked.run('-c', WRITE_ROWS, folder);
      const found = findMarkers(folder, markers).map((path) => path.slice(folder.length + 1));
      expect(found.sort()).toEqual(['array.npy', 'rows.csv', 'rows.json', 'rows.pickle', 'rows.sqlite']);
    });

    it('are not in the model, not in MLflow’s database and files, not in the registry, not in the logs', () => {
      expect(findMarkers(model, markers)).toEqual([]);
      expect(findMarkers(tracked.mlflow.folder, markers)).toEqual([]);
      expect(findMarkers(engine.images, markers)).toEqual([]);
      expect(logs.length).toBeGreaterThan(3);
      expect(holdsMarker(Buffer.from(logs.join('\n')), markers)).toBe(false);
    });

    it('are neither in the training’s output nor in the pull request’s comment', async () => {
      const test = await tracked.run('notebooks/model_train.py', '--mode', 'test');
      expect(test).toContain('"schema": 1');
      expect(holdsMarker(Buffer.from(test), markers)).toBe(false);
      const line = test.split('\n').find((text) => text.startsWith('{"schema"')) ?? '';
      const outcome = { outcome: 'succeeded', commit: 'c'.repeat(40), url: '', result: JSON.parse(line) };
      const comment = await tracked.run('-c', WRITE_COMMENT, JSON.stringify(outcome));
      expect(comment).toContain('| log\\_loss |');
      expect(holdsMarker(Buffer.from(comment), markers)).toBe(false);
    });
  });
});

/** A newer version whose metric is worse, as somebody may register by hand. */
async function registerWorse(tracked: TrackedProject, { run_id }: TrainingResult): Promise<void> {
  const { uri } = tracked.mlflow;
  const name = 'ottawa-over-asking';
  const first = await fetch(`${uri}/api/2.0/mlflow/model-versions/get?name=${name}&version=1`);
  const { source } = ((await first.json()) as { readonly model_version: { readonly source: string } }).model_version;
  const body = JSON.stringify({ name, source, run_id, tags: [{ key: 'log_loss', value: '9.5' }] });
  const headers = { 'content-type': 'application/json' };
  const made = await fetch(`${uri}/api/2.0/mlflow/model-versions/create`, { method: 'POST', headers, body });
  if (!made.ok) throw new Error(`version 3: ${made.status} ${await made.text()}`);
}

interface Prediction {
  readonly label: boolean;
  readonly probability: number;
}

interface ScoreRequest {
  readonly data: readonly Readonly<Record<string, unknown>>[];
}

/** The right request that the service itself gives as an example. */
async function readExample(url: string): Promise<ScoreRequest> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    readonly components: { readonly schemas: { readonly Request: { readonly examples: readonly [ScoreRequest] } } };
  };
  return document.components.schemas.Request.examples[0];
}

function score(url: string, request: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${url}/v1/score`, { method: 'POST', headers, body: JSON.stringify(request) });
}

/** Prints what the service at a port answers otherwise than it should, as a list. */
const TRY_SERVICE = `
import sys
sys.path += ["pipelines/deploy", "pipelines/ci-train"]
from local_deploy_test import find_problems, send_to
print(list(find_problems(send_to(int(sys.argv[1])), True)))
`;

/** Prints what score.py answers without any service. */
const SCORE_HERE = `
import json, os, sys
os.environ["MODEL_DIR"] = sys.argv[1]
sys.path.insert(0, "api")
import score
score.init()
print(json.dumps(score.run(sys.argv[2])))
`;

/** Writes the planted rows in the formats that training, MLflow and the service use. */
const WRITE_ROWS = `
import pickle, sqlite3, sys
from pathlib import Path
sys.path[:0] = ["notebooks", "api"]
import data, numpy
from settings import load_settings
folder = Path(sys.argv[1])
rows = data.load(load_settings()).head(3)
rows.to_csv(folder / "rows.csv")
rows.to_json(folder / "rows.json")
numpy.save(folder / "array.npy", rows["living_area"].to_numpy())
(folder / "rows.pickle").write_bytes(pickle.dumps(rows["list_price"]))
with sqlite3.connect(folder / "rows.sqlite") as database:
    rows[["living_area"]].to_sql("rows", database)
`;

/** Prints the comment that the pull request gets. */
const WRITE_COMMENT = `
import json, sys
sys.path.insert(0, "pipelines/ci-train")
import post_metrics
print(post_metrics.to_text(json.loads(sys.argv[1])))
`;
