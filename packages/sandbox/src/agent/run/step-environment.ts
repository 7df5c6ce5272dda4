import { delimiter, join } from 'node:path';
import type { JobVariables } from './job-variables.ts';

/** What a step sees of the process that the agent is: enough to find programs, certificates, proxies and packages. */
const INHERITED = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'DOCKER_HOST',
  'CONTAINER_HOST',
  'XDG_RUNTIME_DIR',
]);
const INHERITED_PREFIXES = ['LC_', 'PIP_', 'UV_', 'PYENV_'];
const TELLS_SECRET = /TOKEN|PASSWORD|SECRET|CREDENTIAL|_KEY$/;

/** The part of an environment that steps inherit. Proxies are set in either case, so names are compared without it. */
export function inheritEnvironment(own: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && isInherited(name.toUpperCase()) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(entries);
}

function isInherited(name: string): boolean {
  if (TELLS_SECRET.test(name)) return false;
  return INHERITED.has(name) || INHERITED_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/**
 * What keeps a step from what the person at this machine is signed in to: their clouds and clusters are real.
 * @param temp emptied before each job
 */
export function isolateSignIns(temp: string): Record<string, string> {
  return {
    AZURE_CONFIG_DIR: join(temp, '.azure'),
    DATABRICKS_CONFIG_FILE: join(temp, '.databrickscfg'),
    KUBECONFIG: join(temp, '.kube', 'config'),
  };
}

/** A variable's name as the environment has it: `Build.SourceBranch` is `BUILD_SOURCEBRANCH`. */
export function toEnvironmentName(name: string): string {
  return name.replaceAll('.', '_').replaceAll(' ', '_').toUpperCase();
}

/** What a step's environment is made of. */
export interface EnvironmentParts {
  readonly inherited: Readonly<Record<string, string>>;
  readonly variables: JobVariables;
  /** The step's own `env:`. */
  readonly own: Readonly<Record<string, string>>;
  /** Folders before the inherited PATH; the first one is looked in first. */
  readonly paths: readonly string[];
  /** Found in the environment of whatever the job starts, however far it strays. */
  readonly marker: string;
}

/** Names the environment variable that marks a job's processes; the real agent uses the same one. */
export const PROCESS_MARKER = 'VSTS_PROCESS_LOOKUP_ID';

/** The environment of a step. A public variable covers a mapping of the same name, as on the real agent. */
export function toStepEnvironment(parts: EnvironmentParts): Record<string, string> {
  const { inherited, variables, own, paths, marker } = parts;
  const mapped = Object.entries(own).map(([name, value]) => [name, variables.expand(value.trim())] as const);
  const exported = variables.listPublic().map(([name, value]) => [toEnvironmentName(name), value] as const);
  // A name with = or a value with a zero byte cannot be handed to a process.
  const clean = [...mapped, ...exported].filter(
    ([name, value]) => name !== '' && !name.includes('=') && !name.includes('\0') && !value.includes('\0'),
  );
  const environment: Record<string, string> = {
    ...inherited,
    ...Object.fromEntries(clean),
    TF_BUILD: 'True',
    [PROCESS_MARKER]: marker,
  };
  const before = paths.join(delimiter);
  const path = environment.PATH ?? '/usr/local/bin:/usr/bin:/bin';
  return { ...environment, PATH: before === '' ? path : `${before}${delimiter}${path}` };
}
