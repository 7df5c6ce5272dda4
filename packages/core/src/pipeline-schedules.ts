import { parse } from 'yaml';

/** A schedule as it stands in a pipeline's YAML. */
export interface PipelineSchedule {
  /** Five fields, UTC. */
  readonly cron: string;
  /** Branch patterns; none means every branch. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

interface YamlSchedule {
  readonly cron?: unknown;
  readonly branches?: unknown;
}

/** The schedules in a pipeline's text, as the server expanded it. */
export function readPipelineSchedules(yaml: string): readonly PipelineSchedule[] {
  const document = parse(yaml) as { readonly schedules?: unknown } | null;
  const schedules: readonly unknown[] = Array.isArray(document?.schedules) ? document.schedules : [];
  return schedules.map((entry) => {
    const { cron, branches } = (entry ?? {}) as YamlSchedule;
    const filter = (branches ?? {}) as { readonly include?: unknown; readonly exclude?: unknown };
    // `branches: [main]` is the short form of `include`.
    const include = Array.isArray(branches) ? branches : filter.include;
    return { cron: String(cron).trim(), include: toTexts(include), exclude: toTexts(filter.exclude) };
  });
}

function toTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
