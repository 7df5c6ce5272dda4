import type { Deployed } from '../status/read-status.ts';

/** What is known of versions in service. */
export interface ServedVersions {
  /** What serves now; `undefined` where nothing says. */
  readonly current: string | undefined;
  /** Versions that served, newest first. */
  readonly earlier: readonly string[];
}

/** From what the cluster serves, and from what deploy runs and the cluster keep, newest first. */
export function toServedVersions(
  live: string | undefined,
  deployed: readonly Pick<Deployed, 'version'>[],
  kept: readonly { readonly version: string }[],
): ServedVersions {
  const history = (deployed.length > 0 ? deployed : kept).map(({ version }) => version).filter(Boolean);
  const current = live ?? history[0];
  return { current, earlier: [...new Set(history)].filter((version) => version !== current) };
}
