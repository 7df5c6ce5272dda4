import type { Files, ProjectFile, RenderedFile } from '../../packages/core/src/index.ts';
import type { Tree } from './trees.ts';

/** What people do to a generated project, and what an update has to make of it; written down before there was an update. */
export interface Edit {
  readonly name: string;
  /** The file that is edited, by the path that the templates give it. */
  readonly path: string;
  /** The file afterwards: its path and text; `undefined`: gone. */
  readonly change: (text: string) => string | { readonly path: string; readonly text: string } | undefined;
  /** What becomes of it when `toLater` has been at the templates. */
  readonly expected: 'merge' | 'keep' | 'take' | 'stay-deleted' | 'both-changed' | 'invalid';
  /** Lines of the team's that must stand in the file afterwards. */
  readonly keeps?: readonly string[];
}

const DEPLOY = 'pipelines/deploy/templates/deploy.yml';
const STEP = `          - bash: python scripts/our_check.py
            displayName: Our own check
`;

export const edits: readonly Edit[] = [
  {
    name: 'a step inserted in a stage',
    path: DEPLOY,
    change: (text) => insertBefore(text, '          - task: AzureCLI@2\n            name: model\n', STEP),
    expected: 'merge',
    keeps: STEP.trimEnd().split('\n'),
  },
  {
    name: 'a stage moved',
    path: DEPLOY,
    change: (text) => {
      const [head, sync, ...others] = text.split(/^(?= {2}- stage:)/m);
      return `${head}${others.join('').trimEnd()}\n\n${sync?.trimEnd()}\n`;
    },
    // The templates change a line of the very stage that was taken away from there.
    expected: 'both-changed',
    keeps: ['  - stage: sync'],
  },
  {
    name: 'the schedule changed by hand',
    path: 'pipelines/ci-train/retrain.yml',
    change: (text) => replace(text, "cron: '0 11 * * 1'", "cron: '0 12 * * 1'"),
    expected: 'merge',
    keeps: [
      "  - { cron: '0 12 * * 1', displayName: '0 6 * * 1 (America/Toronto)', branches: { include: [ main ] }, always: 'true' }",
    ],
  },
  {
    name: 'a step commented out',
    path: DEPLOY,
    change: (text) => {
      const step = /^ {10}- task: PublishTestResults@2\n(?: {12}.*\n)+/m.exec(text)?.[0] ?? '';
      return replace(text, step, step.replace(/^( {10})/gm, '$1# '));
    },
    expected: 'merge',
    keeps: ['          # - task: PublishTestResults@2'],
  },
  {
    name: 'a variable group renamed',
    path: 'pipelines/deploy/deploy.yml',
    change: (text) => replace(text, 'group: ottawa-over-asking-deploy', 'group: shared-deploy'),
    expected: 'keep',
    keeps: ['  - { group: shared-deploy }'],
  },
  {
    name: 'another agent image',
    path: 'pipelines/ci-train/ci.yml',
    change: (text) => replace(text, 'vmImage: ubuntu-24.04', 'vmImage: ubuntu-22.04'),
    expected: 'merge',
    keeps: ['  vmImage: ubuntu-22.04'],
  },
  {
    name: 'a timeout where the templates add the same one on another line',
    path: DEPLOY,
    change: (text) => replace(text, '      - job: sync\n', "      - job: sync\n        cancelTimeoutInMinutes: '9'\n"),
    expected: 'invalid',
    keeps: ["        cancelTimeoutInMinutes: '9'"],
  },
  {
    name: 'a package added to the image',
    path: 'pipelines/deploy/Dockerfile',
    change: (text) =>
      replace(text, 'WORKDIR /app/api\n', 'RUN apt-get update && apt-get install --yes tini\nWORKDIR /app/api\n'),
    expected: 'merge',
    keeps: ['RUN apt-get update && apt-get install --yes tini'],
  },
  {
    name: 'more memory',
    path: 'pipelines/deploy/k8s/deployment.yaml',
    change: (text) => replace(text, 'memory: 1Gi', 'memory: 4Gi'),
    expected: 'merge',
    keeps: ['              memory: 4Gi'],
  },
  {
    name: 'a file renamed and edited',
    path: 'pipelines/deploy/rollout.py',
    change: (text) => ({ path: 'pipelines/deploy/release/roll_out.py', text: `${text}\n\n# Ours.\n` }),
    expected: 'merge',
    keeps: ['# Ours.'],
  },
  {
    name: 'a file deleted',
    path: 'pipelines/deploy/select_model.py',
    change: () => undefined,
    expected: 'stay-deleted',
  },
  {
    name: 'a file saved with CRLF',
    path: 'api/body.py',
    change: (text) => text.replaceAll('\n', '\r\n'),
    expected: 'take',
  },
  {
    name: 'a whole file reformatted',
    path: 'pipelines/deploy/k8s/scaling.yaml',
    change: (text) => text.replace(/^ +/gm, (indent) => indent.repeat(2)),
    expected: 'both-changed',
    keeps: ['    minReplicas: 2'],
  },
  {
    name: 'keys in another order',
    path: 'pipelines/variables.yml',
    change: (text) => text.replace(/^( {2}CI_CONNECTION:.*\n)( {2}DEPLOY_CONNECTION:.*\n)/m, '$2$1'),
    expected: 'merge',
    keeps: ["  CI_CONNECTION: 'ottawa-over-asking-ci'"],
  },
];

/** Changes that templates have been known to go through, made to any version of ours. */
export function toLater(files: Files): Files {
  const later = new Map(files);
  const change = (path: string, edit: (text: string) => string) => {
    const file = later.get(path);
    const contents = edit(file?.contents ?? '');
    if (file === undefined || contents === file.contents) throw new Error(`${path} did not change`);
    later.set(path, { ...file, contents });
  };
  change(DEPLOY, (text) =>
    replace(
      text,
      "        timeoutInMinutes: '15'\n",
      "        timeoutInMinutes: '15'\n        cancelTimeoutInMinutes: '5'\n",
    ),
  );
  change(DEPLOY, (text) => replace(text, "timeoutInMinutes: '45'", "timeoutInMinutes: '50'"));
  change('pipelines/deploy/Dockerfile', (text) =>
    replace(text, 'pip install --no-cache-dir', 'pip install --no-compile --no-cache-dir'),
  );
  change('pipelines/deploy/k8s/deployment.yaml', (text) => replace(text, 'cpu: 250m', 'cpu: 300m'));
  change('pipelines/deploy/k8s/scaling.yaml', (text) =>
    replace(text, 'averageUtilization: 70', 'averageUtilization: 65'),
  );
  change('pipelines/ci-train/retrain.yml', (text) =>
    replace(text, 'Run to resume (0: start a new one)', 'Run to resume (0: none)'),
  );
  change('pipelines/ci-train/ci.yml', (text) => replace(text, '# Tests the notebooks', '# Tries the notebooks'));
  change('pipelines/variables.yml', (text) => `${text}  TRACE: 'off'\n`);
  change('pipelines/deploy/rollout.py', (text) => replace(text, '"""Puts an image', '"""Brings an image'));
  change('pipelines/deploy/select_model.py', (text) => replace(text, '"""Chooses', '"""Picks'));
  change('api/body.py', (text) => replace(text, '"""Reading a request', '"""Reads a request'));
  later.delete('pipelines/tests/fake_programs.py');
  const added: RenderedFile = { contents: '"""New."""\n', ownership: 'managed' };
  later.set('pipelines/deploy/added.py', added);
  return later;
}

/** The project once somebody has made an edit. */
export function applyEdit(tree: Tree, { path, change }: Edit): Tree {
  const file = tree.get(path);
  if (file?.kind !== 'text') throw new Error(`${path} is not there`);
  const edited = change(file.contents);
  if (edited === file.contents) throw new Error(`${path} was not edited`);
  const after = new Map<string, ProjectFile>(tree);
  after.delete(path);
  if (edited === undefined) return after;
  const target = typeof edited === 'string' ? { path, text: edited } : edited;
  return after.set(target.path, { ...file, contents: target.text });
}

function replace(text: string, from: string, to: string): string {
  if (from === '' || !text.includes(from)) throw new Error(`no "${from}"`);
  return text.replace(from, () => to);
}

function insertBefore(text: string, place: string, added: string): string {
  return replace(text, place, `${added}${place}`);
}
