import { azureTarget, type Files, type Manifest, type Target, toNames, UserError } from '@create-mlops-model/core';
import type { CommandContext, TargetKind } from './command.ts';
import type { Project } from './declare.ts';
import type { Http } from './services/http.ts';
import { findSandbox, type RunningSandbox, sandboxTarget, startSandbox, toSandboxHome } from './services/sandbox.ts';
import { openServices, type Services } from './services/services.ts';
import { makeShell } from './services/shell.ts';

/** A project with everything outside that it touches. */
export interface Session {
  readonly project: Project;
  readonly services: Services & { readonly http: Http };
  /** Lets go of idle connections, which would hold the process. */
  close(): void;
}

/** What a session is about. */
export interface SessionOptions {
  readonly manifest: Manifest;
  /** The project's folder, absolute. */
  readonly folder: string;
  readonly kind: TargetKind;
  /** The rendered files, where the project does not exist yet. */
  readonly files?: Files;
}

/**
 * Opens the services of a target. Starts the sandbox if it is meant and does not run.
 * @throws UserError `usage` when the manifest lacks what Azure needs, each field named
 */
export async function openSession(context: CommandContext, options: SessionOptions): Promise<Session> {
  const { manifest, folder, kind, files } = options;
  if (kind === 'azure') refuseIncomplete(manifest);
  const sandbox = kind === 'sandbox' ? await getSandbox(context) : undefined;
  const target = sandbox ? sandboxTarget(manifest, sandbox) : azureTarget(manifest);
  const you = sandbox?.identities.find((identity) => identity.key === 'you');
  const services = openServices({
    target,
    folder,
    environment: context.env,
    userAgent: `create-mlops-model/${context.version}`,
    ...(you ? { sandbox: { token: you.token } } : {}),
  });
  if (sandbox) await prepareSandbox(services.http, sandbox, target, toNames(manifest).namespace);
  const before = services.http.counts();
  context.addDebug(() => {
    const { total, sequential } = services.http.counts();
    return context.translate('report.requests', {
      total: total - before.total,
      sequential: sequential - before.sequential,
    });
  });
  const project = { manifest, names: toNames(manifest), target, ...(files ? { files } : {}) };
  return { project, services, close: () => services.http.close() };
}

/** The running sandbox; started and announced if it does not run. */
export async function getSandbox(context: CommandContext): Promise<RunningSandbox> {
  const home = toSandboxHome(context.env);
  const running = findSandbox(home);
  if (running) return running;
  context.terminal.print(context.translate('sandbox.starting'));
  const started = await startSandbox({ home, version: context.version, environment: context.env, shell: makeShell() });
  context.terminal.print(context.translate('sandbox.started', { url: started.addresses.azureDevOps }));
  return started;
}

/** On Azure organisation, project and namespace are there before us; in the sandbox its control makes them. */
async function prepareSandbox(
  http: Http,
  sandbox: RunningSandbox,
  { organization, project }: Target,
  namespace: string,
): Promise<void> {
  const control = `${sandbox.addresses.azureDevOps}/_sandbox`;
  const path = `organizations/${encodeURIComponent(organization)}/projects/${encodeURIComponent(project)}`;
  await Promise.all([
    http.send({ method: 'PUT', url: `${control}/${path}` }),
    http.send({ method: 'PUT', url: `${control}/cluster/namespaces/${namespace}` }),
  ]);
}

/** What Azure cannot do without, by the manifest's own field names. */
function refuseIncomplete(manifest: Manifest): void {
  const fields: readonly [string, string][] = [
    ['devops.organization', manifest.devops.organization],
    ['devops.project', manifest.devops.project],
    ['databricks.host', manifest.databricks.host],
    ['azure.subscription', manifest.azure.subscription],
    ['azure.resourceGroup', manifest.azure.resourceGroup],
    ['azure.workspace', manifest.azure.workspace],
    ['azure.registry', manifest.azure.registry],
    ['azure.cluster', manifest.azure.cluster],
  ];
  const empty = fields.flatMap(([field, value]) => (value === '' ? [field] : []));
  if (empty.length === 0) return;
  throw new UserError(
    'usage',
    {
      en: `mlops.yaml lacks what Azure needs: ${empty.join(', ')}.`,
      fr: `Il manque à mlops.yaml ce dont Azure a besoin\u00a0: ${empty.join(', ')}.`,
    },
    {
      en: 'Fill these fields in, or let "create . --continue --target azure" ask for them.',
      fr: 'Remplissez ces champs, ou laissez «\u00a0create . --continue --target azure\u00a0» les demander.',
    },
  );
}
