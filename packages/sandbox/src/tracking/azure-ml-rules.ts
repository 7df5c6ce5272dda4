/** A request to MLflow's REST API, as far as the rules look at it. */
export interface MlflowRequest {
  /** `api/2.0/mlflow/runs/search`, behind the workspace's own path. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Fields of a JSON body; empty where there is none. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Why a request is not passed on: there is no such route, or a part of MLflow that Azure ML leaves out. */
export type Refusal = { readonly kind: 'no-route' } | { readonly kind: 'unsupported'; readonly what: string };

/**
 * What Azure ML's tracking server has of MLflow's REST API 2.0: learn.microsoft.com/azure/machine-learning, "Manage model
 * registries with MLflow" (capability table) and "Query & compare experiments and runs with MLflow". Logged models,
 * aliases, traces and the server's own pages are MLflow's alone (azure-sdk-for-python#44896).
 */
const ROUTES: Readonly<Record<string, readonly string[]>> = {
  experiments: ['create', 'delete', 'get', 'get-by-name', 'restore', 'search', 'set-experiment-tag', 'update'],
  runs: [
    'create',
    'delete',
    'delete-tag',
    'get',
    'log-batch',
    'log-inputs',
    'log-metric',
    'log-model',
    'log-parameter',
    'restore',
    'search',
    'set-tag',
    'update',
  ],
  metrics: ['get-history'],
  artifacts: ['list'],
  'registered-models': ['create', 'delete-tag', 'get', 'get-latest-versions', 'search', 'set-tag', 'update'],
  'model-versions': [
    'create',
    'delete',
    'delete-tag',
    'get',
    'get-download-uri',
    'search',
    'set-tag',
    'transition-stage',
    'update',
  ],
};

/** Where MLflow's own clients put and get files; on Azure the plugin speaks to the workspace's storage instead. */
export const ARTIFACTS = 'api/2.0/mlflow-artifacts/artifacts';

/** Whether Azure ML would not do this. */
export function findRefusal({ path, query, fields }: MlflowRequest): Refusal | undefined {
  if (path === ARTIFACTS || path.startsWith(`${ARTIFACTS}/`)) return undefined;
  const [, kind = '', verb = ''] = /^api\/2\.0\/mlflow\/([a-z-]+)\/([a-z-]+)$/.exec(path) ?? [];
  if (!ROUTES[kind]?.includes(verb)) return { kind: 'no-route' };
  if (verb !== 'search') return undefined;
  const text = (name: string) => String(fields[name] ?? query.getAll(name).join(' '));
  if (kind === 'runs' && /\b(metrics?|params?|parameters?|tags?)\b/i.test(stripQuoted(text('order_by')))) {
    return { kind: 'unsupported', what: 'order_by takes attributes only, no metrics, parameters and tags' };
  }
  const filter = stripQuoted(text('filter')) || stripQuoted(text('filter_string'));
  if (/\bor\b/i.test(filter)) return { kind: 'unsupported', what: 'OR in a filter' };
  if (kind === 'model-versions' && /\btags?\b/i.test(filter)) return { kind: 'unsupported', what: 'search by tag' };
  if (kind === 'model-versions' && /\bi?like\b/i.test(filter)) return { kind: 'unsupported', what: 'LIKE in a filter' };
  return undefined;
}

/** Values may hold any word. Names in backticks or double quotes stay: they follow the word that counts. */
function stripQuoted(text: string): string {
  return text.replace(/'[^']*'/g, "''");
}
