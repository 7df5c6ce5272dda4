import type { Manifest, Ownership, Template } from '@create-mlops-model/core';
import { toApiSchema } from './api-schema.ts';
import { toOpenApi } from './open-api.ts';
import { printApiSchema } from './schema-text.ts';

/** Files of `templates/api` that exist in one variant a framework: variant → frameworks that take it. */
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  'score.linear.py': ['sklearn', 'custom'],
  'score.lightgbm.py': ['lightgbm'],
};

/** The team's after creation; everything else in `api/` is ours. The OpenAPI files follow the team's schema. */
const SEED = /^api\/(score\.py|schema\.yaml|encoding\.py|openapi\.(en|fr)\.json|tests\/test_score\.py)$/;

/** The service of a generated repository. */
export const apiTemplate: Template<Manifest> = {
  id: 'api',
  target(path, manifest) {
    const frameworks = VARIANTS[path];
    if (frameworks === undefined) return `api/${path}`;
    return frameworks.includes(manifest.model.framework) ? `api/${path.split('.')[0]}.py` : undefined;
  },
  ownership: (path): Ownership => (SEED.test(path) ? 'seed' : 'managed'),
  view: () => ({}),
  made(manifest) {
    const schema = toApiSchema(manifest);
    const documents = manifest.languages.map(
      (language) =>
        [
          `api/openapi.${language}.json`,
          `${JSON.stringify(toOpenApi(schema, manifest, language), null, 2)}\n`,
        ] as const,
    );
    return new Map([['api/schema.yaml', printApiSchema(schema)], ...documents]);
  },
};
