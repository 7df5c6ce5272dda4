import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readManifest, renderProject, writeProject } from '../../scripts/render.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { ensurePythonEnvironment } from '../peers/python-environment.ts';
import { hasTool, requireTool } from '../require-tool.ts';

const run = promisify(execFile);

/** What a rule of checkov asks for and the generated files do not do, each with its reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  CKV_K8S_11:
    'No CPU limit: throttling shows as slow requests. The request is what the scheduler and the autoscaler work with.',
  CKV_DOCKER_2: 'Kubernetes asks the probes of the Deployment and ignores an image’s HEALTHCHECK.',
  CKV_DOCKER_7: 'The base is an argument; build_push_image.py fills in its digest, which says more than any tag.',
};

const EXPOSURES = ['cluster', 'internal-load-balancer', 'gateway'] as const;

const hasAll = () => hasTool('python3') && hasTool('kubectl');

requireTool('python3 and kubectl', hasAll)('what is deployed, as rollout.py puts it together', () => {
  const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
  const deployed = join(folder, 'deployed');

  beforeAll(async () => {
    const manifest = readManifest(join(ROOT, 'examples/ottawa-over-asking.yaml'));
    for (const exposure of EXPOSURES) {
      const project = join(folder, exposure);
      writeProject(await renderProject({ ...manifest, api: { ...manifest.api, exposure } }), project);
      const overlay = join(project, 'overlay');
      mkdirSync(overlay);
      mkdirSync(join(deployed, exposure), { recursive: true });
      await run('python3', ['-c', WRITE_OVERLAY, overlay], { cwd: project });
      const { stdout } = await run('kubectl', ['kustomize', overlay]);
      writeFileSync(join(deployed, exposure, 'all.yaml'), stdout);
      copyFileSync(join(project, 'pipelines/deploy/Dockerfile'), join(deployed, exposure, 'Dockerfile'));
    }
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps checkov’s rules, but for those with a reason written here', { timeout: 600_000 }, async () => {
    const { programs } = await ensurePythonEnvironment(['checkov==3.3.30']);
    const what = ['--directory', deployed, '--framework', 'kubernetes', 'dockerfile'];
    const how = ['--output', 'json', '--skip-download', '--soft-fail', '--compact'];
    const options = { cwd: folder, maxBuffer: 256 * 1024 * 1024 };
    const { stdout } = await run(join(programs, 'checkov'), [...what, ...how], options);
    const reports = JSON.parse(stdout) as readonly Report[];
    expect(reports.map((report) => report.check_type).sort()).toEqual(['dockerfile', 'kubernetes']);
    for (const { summary } of reports) {
      expect(summary.parsing_errors).toBe(0);
      expect(summary.passed).toBeGreaterThan(60 * EXPOSURES.length);
    }
    const failed = reports.flatMap((report) => report.results.failed_checks);
    const broken = failed.filter((check) => !(check.check_id in EXCEPTIONS));
    expect(broken.map((check) => `${check.check_id} ${check.check_name} ${check.file_path}`)).toEqual([]);
    // An exception that nothing needs any more goes.
    expect([...new Set(failed.map((check) => check.check_id))].sort()).toEqual(Object.keys(EXCEPTIONS).sort());
  });
});

interface Report {
  readonly check_type: string;
  readonly summary: { readonly passed: number; readonly parsing_errors: number };
  readonly results: {
    readonly failed_checks: readonly {
      readonly check_id: string;
      readonly check_name: string;
      readonly file_path: string;
    }[];
  };
}

/** The manifests with an image in them, as for a release. */
const WRITE_OVERLAY = `
import sys
from pathlib import Path
sys.path.insert(0, "pipelines/deploy")
import rollout
annotations = {"ca.gc.mlops/model-version": "3"}
release = rollout.Release("ottawa-over-asking", "ottawa-over-asking", "contoso.azurecr.io/x", "sha256:" + "d" * 64, annotations)
rollout.write_overlay(Path(sys.argv[1]), release)
`;
