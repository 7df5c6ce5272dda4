import type { Manifest, Template } from '@create-mlops-model/core';

/** Files of `templates/notebooks` that exist in variants: variant → whether this manifest takes it. */
const VARIANTS: Readonly<Record<string, (manifest: Manifest) => boolean>> = {
  'training.sklearn.py': (manifest) => manifest.model.framework === 'sklearn',
  'training.lightgbm.py': (manifest) => manifest.model.framework === 'lightgbm',
  'training.custom.py': (manifest) => manifest.model.framework === 'custom',
  'data.over-asking.py': (manifest) => manifest.model.example === 'over-asking',
  'data.none.py': (manifest) => manifest.model.example === 'none',
  'tests/test_data.over-asking.py': (manifest) => manifest.model.example === 'over-asking',
};

/** The training notebook and the modules beside it; all of it is the team's after creation. */
export const notebooksTemplate: Template<Manifest> = {
  id: 'notebooks',
  target(path, manifest) {
    const takes = VARIANTS[path];
    if (takes === undefined) return `notebooks/${path}`;
    return takes(manifest) ? `notebooks/${path.replace(/\.[a-z-]+\.py$/, '.py')}` : undefined;
  },
  ownership: () => 'seed',
  view: () => ({}),
};
