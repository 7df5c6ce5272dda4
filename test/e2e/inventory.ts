import type { OwnSandbox } from './own-sandbox.ts';

/**
 * Everything that exists around a model, read back through the services' own routes, one line an object, sorted.
 * An object that was made twice stands there twice.
 */
export async function listObjects(sandbox: OwnSandbox, model: string): Promise<readonly string[]> {
  const objects = await Promise.all([
    ...(await listDevOps(sandbox, model)),
    listJobs(sandbox, model),
    listFolders(sandbox, model),
  ]);
  return objects.flat().sort();
}

/** What `listObjects` returns for a model with the example's answers, each object once. */
export function everyObject(model: string): readonly string[] {
  return [
    `branch refs/heads/main`,
    `check Branch control on endpoint ${model}-deploy`,
    `check ExclusiveLock on environment ${model}-integration`,
    `connection ${model}-ci`,
    `connection ${model}-deploy`,
    `directory /Shared/mlops/${model}/integration`,
    `environment ${model}-integration`,
    `environment ${model}-production`,
    `folder \\mlops\\${model}`,
    `git folder /Shared/mlops/${model}/main`,
    `group ${model}-ci`,
    `group ${model}-deploy`,
    `job ${model}-integration`,
    `job ${model}-train`,
    `pipeline ${model}-checks`,
    `pipeline ${model}-ci`,
    `pipeline ${model}-deploy`,
    `pipeline ${model}-retrain`,
    `policy Build ${model}-checks`,
    `policy Build ${model}-ci`,
    'policy Minimum number of reviewers',
    'policy Require a merge strategy',
    `repository ${model}`,
  ].sort();
}

interface Named {
  readonly id: number | string;
  readonly name: string;
}

async function listDevOps(sandbox: OwnSandbox, model: string): Promise<Promise<string[]>[]> {
  const list = async (path: string): Promise<readonly Named[]> =>
    (await sandbox.devOps('GET', `mlops/_apis/${path}`)).value;
  const ours = (items: readonly Named[]) => items.filter(({ name }) => name === model || name.startsWith(`${model}-`));
  const line = (kind: string, items: readonly Named[]) => items.map(({ name }) => `${kind} ${name}`);
  const [repositories, connections, environments] = await Promise.all([
    list('git/repositories').then(ours),
    list('serviceendpoint/endpoints').then(ours),
    list('distributedtask/environments').then(ours),
  ]);
  const checks = async (type: string, { id, name }: Named) => {
    const found: readonly Check[] = (
      await sandbox.devOps(
        'GET',
        `mlops/_apis/pipelines/checks/configurations?resourceType=${type}&resourceId=${id}&$expand=settings`,
      )
    ).value;
    return found.map((check) => `check ${check.settings?.displayName ?? check.type.name} on ${type} ${name}`);
  };
  return [
    Promise.resolve([
      ...line('repository', repositories),
      ...line('connection', connections),
      ...line('environment', environments),
    ]),
    list('build/definitions').then((items) => line('pipeline', ours(items))),
    list('distributedtask/variablegroups').then((items) => line('group', ours(items))),
    sandbox
      .devOps('GET', 'mlops/_apis/build/folders')
      .then(({ value }: { value: readonly { path: string }[] }) =>
        value.filter(({ path }) => path.endsWith(`\\${model}`)).map(({ path }) => `folder ${path}`),
      ),
    ...repositories.map((repository) => listPolicies(sandbox, repository)),
    ...repositories.map(async ({ id }) => line('branch', await list(`git/repositories/${id}/refs`))),
    ...connections.map((item) => checks('endpoint', item)),
    ...environments.map((item) => checks('environment', item)),
  ];
}

interface Check {
  readonly type: { readonly name: string };
  readonly settings?: { readonly displayName?: string };
}

interface Policy {
  readonly type: { readonly displayName: string };
  readonly settings: { readonly displayName?: string; readonly scope: readonly { readonly repositoryId: string }[] };
}

async function listPolicies(sandbox: OwnSandbox, repository: Named): Promise<string[]> {
  const { value }: { value: readonly Policy[] } = await sandbox.devOps('GET', 'mlops/_apis/policy/configurations');
  return value
    .filter(({ settings }) => settings.scope.some(({ repositoryId }) => repositoryId === repository.id))
    .map(({ type, settings }) => ['policy', type.displayName, settings.displayName].filter(Boolean).join(' '));
}

async function listJobs(sandbox: OwnSandbox, model: string): Promise<string[]> {
  const { jobs = [] }: { jobs?: readonly { settings: { name: string } }[] } = await sandbox.workspace(
    'GET',
    'api/2.2/jobs/list?limit=100',
  );
  return jobs
    .filter(({ settings }) => settings.name.startsWith(`${model}-`))
    .map(({ settings }) => `job ${settings.name}`);
}

async function listFolders(sandbox: OwnSandbox, model: string): Promise<string[]> {
  const below = `/Shared/mlops/${model}`;
  const [answer, { repos = [] }] = await Promise.all([
    // Answered with 404 once the folder is gone.
    sandbox.workspace('GET', `api/2.0/workspace/list?path=${encodeURIComponent(below)}`).catch(() => ({})),
    sandbox.workspace('GET', 'api/2.0/repos'),
  ]);
  const folders: readonly { path: string }[] = answer.objects ?? [];
  const clones = (repos as readonly { path: string }[]).filter(({ path }) => path.startsWith(`${below}/`));
  const isClone = (path: string) => clones.some((clone) => clone.path === path);
  return [
    ...clones.map(({ path }) => `git folder ${path}`),
    ...folders.flatMap(({ path }) => (isClone(path) ? [] : [`directory ${path}`])),
  ];
}
