import {
  type Check,
  convertSchedule,
  type Graph,
  type Manifest,
  type PipelineSchedule,
  readPipelineSchedules,
} from '@create-mlops-model/core';
import type { Project } from './declare.ts';
import { type LivePipeline, pipelineAddress } from './resources/pipeline.ts';
import type { AzureDevOps } from './services/azure-devops.ts';

/** Why a schedule would not start the retraining. Data only; the report has the words. */
export type ScheduleFinding =
  /** The server's own expansion of the YAML lacks this one. */
  | { readonly kind: 'missing'; readonly cron: string }
  /** The server would start the retraining at a time that the manifest does not name. */
  | { readonly kind: 'unexpected'; readonly cron: string }
  /** The schedule's branch filter leaves main out. */
  | { readonly kind: 'not-on-main'; readonly cron: string }
  /** The definition has schedules of its own: those in YAML are ignored. */
  | { readonly kind: 'own-schedules'; readonly count: number }
  /** The definition is paused or disabled. */
  | { readonly kind: 'disabled' }
  /** The definition reads its YAML from another branch than main. */
  | { readonly kind: 'other-branch'; readonly branch: string };

/** The schedules looked at during a run of `apply`. */
export interface ScheduleCheck {
  readonly check: Check;
  /** What was found; `undefined` where the run did not get as far. */
  findings(): Promise<readonly ScheduleFinding[] | undefined>;
}

/**
 * Has the schedules looked at once the pipeline may use all it names: without that the server refuses to expand it.
 * The branch policies are made meanwhile.
 */
export function checkSchedules({ manifest, names }: Project, graph: Graph, devops: AzureDevOps): ScheduleCheck {
  const address = pipelineAddress(names.pipelines.retrain);
  const permissions = [...graph.values()].filter(
    (resource) => resource.address.startsWith('pipeline-permission:') && resource.needs.includes(address),
  );
  let findings: Promise<readonly ScheduleFinding[]> | undefined;
  return {
    findings: async () => findings,
    check: {
      needs: [address, ...permissions.map((permission) => permission.address)],
      async look(lives) {
        findings = verifySchedules(manifest, lives.get<LivePipeline>({ address }), devops);
        await findings;
      },
    },
  };
}

/**
 * Compares the schedules of the manifest with what the server itself makes of the retraining pipeline.
 * That a schedule really fires can only be seen when it is due.
 * @returns nothing where all is well
 */
export async function verifySchedules(
  manifest: Manifest,
  retrain: LivePipeline,
  devops: AzureDevOps,
): Promise<readonly ScheduleFinding[]> {
  const wanted = manifest.retraining.schedules.flatMap((schedule) => convertSchedule(schedule).crons);
  const found = readPipelineSchedules(await devops.definitions.preview(retrain.id));
  const branch = retrain.defaultBranch.replace(/^refs\/heads\//, '');
  return [
    ...wanted
      .filter((cron) => !found.some((each) => each.cron === cron))
      .map((cron) => ({ kind: 'missing', cron }) as const),
    ...found.filter((each) => !wanted.includes(each.cron)).map(({ cron }) => ({ kind: 'unexpected', cron }) as const),
    ...found.filter((each) => !includesMain(each)).map(({ cron }) => ({ kind: 'not-on-main', cron }) as const),
    ...(retrain.ownSchedules > 0 ? [{ kind: 'own-schedules', count: retrain.ownSchedules } as const] : []),
    ...(retrain.enabled ? [] : [{ kind: 'disabled' } as const]),
    ...(branch === 'main' ? [] : [{ kind: 'other-branch', branch } as const]),
  ];
}

function includesMain({ include, exclude }: PipelineSchedule): boolean {
  const hits = (pattern: string) => matchesMain(pattern.replace(/^refs\/heads\//, ''));
  return (include.length === 0 || include.some(hits)) && !exclude.some(hits);
}

function matchesMain(pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test('main');
}
