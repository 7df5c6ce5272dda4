import { azureTarget, type Manifest, ManifestSchema, type Target } from '../packages/core/src/index.ts';

/** Nested parts of a manifest, each as far as a test cares. */
export type PartialManifest = {
  readonly [Key in keyof Manifest]?: Manifest[Key] extends readonly unknown[] | string | number
    ? Manifest[Key]
    : { readonly [Inner in keyof Manifest[Key]]?: unknown };
};

/** A checked manifest: the example's, with some fields replaced (one level deep: whole fields of a section). */
export function aManifest(changes: PartialManifest = {}): Manifest {
  const base: Record<string, unknown> = {
    version: 1,
    model: {
      name: 'ottawa-over-asking',
      title: { en: 'Ottawa house sells over asking', fr: 'Vente au-dessus du prix à Ottawa' },
      description: { en: 'Will a house sell over the asking price?', fr: 'Une maison se vendra-t-elle plus cher ?' },
      owner: 'Housing team',
      task: 'classification',
      framework: 'sklearn',
      example: 'over-asking',
      metric: { name: 'log_loss', goal: 'minimize' },
      select: 'best',
    },
    retraining: { schedules: [{ cron: '0 6 * * 1', timeZone: 'America/Toronto' }] },
  };
  const sections = Object.entries(changes).map(([key, value]) => {
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    return [key, isSection ? { ...(base[key] as object | undefined), ...value } : value] as const;
  });
  const checked = ManifestSchema['~standard'].validate({ ...base, ...Object.fromEntries(sections) });
  if (checked instanceof Promise) throw new Error('the schema checks synchronously');
  if (checked.issues) throw new Error(checked.issues.map((issue) => issue.message).join('; '));
  return checked.value;
}

/** A target as a running sandbox would give it, with some fields replaced. */
export function aTarget(changes: Partial<Target> = {}): Target {
  return {
    ...azureTarget(aManifest()),
    kind: 'sandbox',
    organization: 'sandbox',
    organizationUrl: 'http://127.0.0.1:4010/sandbox',
    project: 'mlops',
    databricksHost: 'http://127.0.0.1:4011',
    trackingUri: 'http://127.0.0.1:4012',
    registryServer: '127.0.0.1:4013',
    ...changes,
  };
}
