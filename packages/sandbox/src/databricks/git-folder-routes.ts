import { type Fields, findFlag, findText, getText, isFields, readFields, toFields } from './body.ts';
import { createGitFolder, describeGitFolder, moveGitFolder, removeGitFolder, toProvider } from './git-folders.ts';
import { requireOnPath } from './object-rights.ts';
import { invalid, missing } from './service-error.ts';
import { toParent, toWorkspacePath } from './workspace-tree.ts';
import type { Call, DatabricksRoute } from './world.ts';

const PAGE = 20;

/** `/api/2.0/repos`. */
export const gitFolderRoutes: readonly DatabricksRoute[] = [
  {
    method: 'POST',
    template: '/api/2.0/repos',
    handle: (request, _params, call) => {
      const fields = readFields(request);
      const path = findText(fields, 'path');
      const patterns = findPatterns(fields);
      if (path !== undefined) requireOnPath(call, toParent(toWorkspacePath(path)), 'CAN_EDIT');
      const spec = {
        url: getText(fields, 'url'),
        provider: toProvider(getText(fields, 'provider'), 'provider'),
        ...(path === undefined ? {} : { path }),
        ...(patterns === undefined ? {} : { patterns }),
      };
      return call.inTurn(async () => ({
        status: 200,
        body: await describeGitFolder(call, await createGitFolder(call, spec)),
      }));
    },
  },
  {
    method: 'GET',
    template: '/api/2.0/repos',
    handle: async (request, _params, call) => {
      const fields = toFields(request.query);
      const prefix = toWorkspacePath(findText(fields, 'path_prefix') ?? '/');
      const start = Number(findText(fields, 'next_page_token') ?? 0);
      const paths = Object.keys(call.store.data.gitFolders)
        .filter((path) => path.startsWith(prefix))
        .sort();
      const page = paths.slice(start, start + PAGE);
      const repos = await Promise.all(page.map((path) => describeGitFolder(call, path)));
      const next = start + PAGE < paths.length ? { next_page_token: String(start + PAGE) } : {};
      return { status: 200, body: repos.length > 0 ? { repos, ...next } : {} };
    },
  },
  {
    method: 'GET',
    template: '/api/2.0/repos/{id}',
    handle: async (_request, params, call) => ({
      status: 200,
      body: await describeGitFolder(call, getPath(call, params.id ?? '', 'CAN_READ')),
    }),
  },
  {
    method: 'PATCH',
    template: '/api/2.0/repos/{id}',
    handle: (request, params, call) => {
      const fields = readFields(request);
      const branch = findText(fields, 'branch');
      const tag = findText(fields, 'tag');
      const patterns = findPatterns(fields);
      if (branch !== undefined && tag !== undefined) throw invalid('Only one of branch and tag may be given.');
      const move = {
        discard: findFlag(fields, 'dangerously_force_discard_all'),
        ...(branch === undefined ? {} : { branch }),
        ...(tag === undefined ? {} : { tag }),
        ...(patterns === undefined ? {} : { patterns }),
      };
      return call.inTurn(async () => {
        await moveGitFolder(call, getPath(call, params.id ?? '', 'CAN_EDIT'), move);
        return { status: 200, body: {} };
      });
    },
  },
  {
    method: 'DELETE',
    template: '/api/2.0/repos/{id}',
    handle: (_request, params, call) =>
      call.inTurn(async () => {
        removeGitFolder(call, getPath(call, params.id ?? '', 'CAN_MANAGE'));
        return { status: 200, body: {} };
      }),
  },
];

function getPath(call: Call, id: string, level: Parameters<typeof requireOnPath>[2]): string {
  const found = Object.entries(call.store.data.gitFolders).find(([, folder]) => String(folder.id) === id);
  if (!found) throw missing(`Repo with ID ${id} does not exist.`);
  requireOnPath(call, found[0], level);
  return found[0];
}

function findPatterns(fields: Fields): readonly string[] | undefined {
  const sparse = fields.sparse_checkout;
  if (sparse === undefined || sparse === null) return undefined;
  const patterns = isFields(sparse) ? sparse.patterns : undefined;
  const isList = Array.isArray(patterns) && patterns.every((one) => typeof one === 'string' && !one.startsWith('-'));
  if (!isList) throw invalid('sparse_checkout.patterns must be a list of folders.');
  return patterns as string[];
}
