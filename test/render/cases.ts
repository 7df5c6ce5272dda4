import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../packages/core/src/index.ts';
import { readManifest } from '../../scripts/render.ts';
import { ROOT } from '../../scripts/toolchain.mjs';
import { aManifest } from '../build.ts';

/** Manifests that differ in everything that a template looks at: name → manifest. */
const BUILT: Readonly<Record<string, Manifest>> = {
  'cpu-single-node': aManifest(),
  'gpu-own-pool': aManifest({
    model: { name: 'bilingual-triage' },
    databricks: { host: 'https://adb-1.2.azuredatabricks.net', compute: { gpu: true, policyId: '0A1B2C3D4E5F' } },
    devops: {
      organization: 'contoso',
      project: 'Data Science',
      pool: 'canada-linux',
      approvers: ['lead@example.test'],
    },
  }),
  'autoscale-two-schedules': aManifest({
    databricks: { compute: { workers: { min: 1, max: 4 } } },
    retraining: {
      schedules: [
        { cron: '0 6,18 * * MON-FRI', timeZone: 'America/St_Johns' },
        { cron: '30 22 * * FRI', timeZone: 'America/Vancouver' },
      ],
      timeoutMinutes: 1440,
    },
    languages: ['en'],
  }),
  'serverless-regression': aManifest({
    model: {
      name: 'spend-forecast',
      task: 'regression',
      framework: 'lightgbm',
      metric: { name: 'rmse', goal: 'minimize' },
    },
    databricks: { compute: { serverless: true }, folder: '/Shared/équipe modèles' },
    python: '3.13',
    api: { exposure: 'internal-load-balancer' },
  }),
  'gateway-no-schedule': aManifest({
    model: {
      name: 'x2y',
      framework: 'custom',
      select: 12,
      title: { en: 'Name: "x" {{y}} ${{ z }}', fr: '- non : #1' },
    },
    retraining: { schedules: [] },
    api: { exposure: 'gateway', limits: { rows: 10, bytes: 4096 } },
    image: { base: 'contoso.azurecr.io/python:3.12-slim' },
  }),
  'longest-name-no-example': aManifest({
    model: { name: 'a'.repeat(19) + '-' + 'b'.repeat(20), example: 'none', owner: 'l’équipe' },
    languages: ['fr'],
    python: '3.11',
  }),
};

/** The built manifests alone: they differ in all that matters, and no example's wording changes them. */
export function listBuiltCases(): readonly (readonly [name: string, manifest: Manifest])[] {
  return Object.entries(BUILT);
}

/** Every manifest that is rendered: the built ones, and each file of `examples/`. */
export function listCases(): readonly (readonly [name: string, manifest: Manifest])[] {
  const folder = join(ROOT, 'examples');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const examples = files
    .sort()
    .map((name) => [`example-${name.slice(0, -5)}`, readManifest(join(folder, name))] as const);
  return [...Object.entries(BUILT), ...examples];
}
