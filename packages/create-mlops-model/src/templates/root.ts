import { type Manifest, type Ownership, type Template, toNames } from '@create-mlops-model/core';
import packageJson from '../../package.json' with { type: 'json' };

/** Requirements exist in a variant for each framework that adds a library; the plain file serves all others. */
const REQUIREMENTS = /^requirements\/(train|api|contract)(?:\.(lightgbm))?\.txt$/;

/** The team's after creation: what people write for people. */
const SEED = /^(README|LISEZMOI|ONBOARDING)\.md$|^plopfile\.mjs$|^plop\//;

/** What lies at the root of a generated repository. A path that starts with `_` starts with `.` there. */
export const rootTemplate: Template<Manifest> = {
  id: 'root',
  target(path, manifest) {
    const [, kind, variant] = REQUIREMENTS.exec(path) ?? [];
    if (kind === undefined) return path.replace(/^_/, '.');
    const wanted = manifest.model.framework === 'lightgbm' ? 'lightgbm' : undefined;
    return variant === wanted ? `requirements/${kind}.txt` : undefined;
  },
  ownership: (path): Ownership => (SEED.test(path) ? 'seed' : 'managed'),
  view(manifest) {
    const { model, python } = manifest;
    const names = toNames(manifest);
    return {
      name: model.name,
      title: model.title,
      description: model.description,
      owner: model.owner,
      task: model.task,
      framework: model.framework,
      metric: model.metric.name,
      goal: model.metric.goal,
      classification: model.classification,
      example: model.example !== 'none',
      pythonVersion: python,
      pipelines: names.pipelines,
      databricks: names.databricks,
      devcontainerImage: `mcr.microsoft.com/devcontainers/python:${python}`,
      command: `npx create-mlops-model@${packageJson.version.split('.')[0]}`,
    };
  },
};
