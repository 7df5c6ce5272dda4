import { join } from 'node:path';
import { UserError } from '@create-mlops-model/core';
import {
  type ApiDeployment,
  type ApiReplicaSets,
  type Release,
  type Revision,
  toRelease,
  toRevisions,
} from './cluster/releases.ts';
import { makePrivateFolder } from './disk/private-folder.ts';
import { openDisk } from './disk.ts';
import type { Environment } from './http-agents.ts';
import type { Shell, ShellResult } from './shell.ts';

export type { Release, Revision } from './cluster/releases.ts';

/** A model's part of a cluster, through the `kubectl` of this machine. */
export interface Cluster {
  /** What was rolled out last, and how much of it serves; `undefined`: nothing was. */
  findRelease(): Promise<Release | undefined>;
  /** What the cluster keeps of earlier releases and could put back at once, newest first; the present one is the first. */
  listRevisions(): Promise<readonly Revision[]>;
  /** A request to the service through the API server, as somebody in the cluster would make it. */
  ask<Body>(path: string): Promise<Body>;
  /** Notes which version deploys must leave in service, puts that revision back, and waits until it serves. */
  putBack(revision: Revision): Promise<void>;
  /** Forgets the sign-in. */
  close(): void;
}

/** Where the cluster is. */
export interface ClusterOptions {
  readonly shell: Shell;
  readonly environment: Environment;
  readonly namespace: string;
  /** Deployment and Service. */
  readonly name: string;
  readonly access: ClusterAccess;
}

/** How `kubectl` gets to the cluster: as whoever the Azure CLI is signed in, or by the file that the sandbox keeps. */
export type ClusterAccess =
  | { readonly kind: 'azure'; readonly resourceGroup: string; readonly cluster: string }
  | { readonly kind: 'sandbox'; readonly kubeconfig: string };

/** The label by which deploys know what was put back by hand; `rollout.py` reads and removes it. */
const HELD = 'ca.gc.mlops/held-version';

/** Longest time for a rollout, which pulls an image perhaps; milliseconds. */
const ROLLOUT = 6 * 60_000;

/** Signs in. Close it at the end: what the Azure CLI gives lies in a file until then. @throws UserError `failed` */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { namespace, name, shell } = options;
  const { kubeconfig, remove } = await signIn(options);
  const environment = { ...options.environment, KUBECONFIG: kubeconfig };
  const kubectl = async (args: readonly string[], timeout = 60_000): Promise<string> => {
    const done = await shell.run('kubectl', ['--namespace', namespace, ...args], { environment, timeout });
    if (done.exitCode !== 0) throw failed('kubectl', args, done);
    return done.stdout;
  };
  const get = async <Body>(...args: string[]): Promise<Body | undefined> => {
    const text = await kubectl(['get', ...args, '--output', 'json']);
    return text.trim() === '' ? undefined : (JSON.parse(text) as Body);
  };
  const target = `deployment/${name}`;
  return {
    async findRelease() {
      const found = await get<ApiDeployment>('deployment', name, '--ignore-not-found');
      return found && toRelease(found, HELD);
    },
    async listRevisions() {
      const sets = await get<ApiReplicaSets>('replicasets', '--selector', `app.kubernetes.io/name=${name}`);
      return toRevisions(sets?.items ?? []);
    },
    async ask(path) {
      const address = `/api/v1/namespaces/${namespace}/services/http:${name}:http/proxy${path}`;
      return JSON.parse(await kubectl(['get', '--raw', address]));
    },
    async putBack({ number, version }) {
      // First the note: a deploy that begins in between must see it.
      await kubectl(['label', target, `${HELD}=${version}`, '--overwrite']);
      try {
        await kubectl(['rollout', 'undo', target, `--to-revision=${number}`]);
      } catch (error) {
        await kubectl(['label', target, `${HELD}-`]);
        throw error;
      }
      await kubectl(['rollout', 'status', target, `--timeout=${ROLLOUT / 1000}s`], ROLLOUT + 30_000);
    },
    close: remove,
  };
}

interface SignIn {
  /** Path of the file. */
  readonly kubeconfig: string;
  readonly remove: () => void;
}

async function signIn({ access, shell, environment }: ClusterOptions): Promise<SignIn> {
  if (access.kind === 'sandbox') return { kubeconfig: access.kubeconfig, remove: () => undefined };
  const { folder, remove } = makePrivateFolder();
  const kubeconfig = join(folder, 'kubeconfig');
  const run = async (program: string, args: readonly string[]) => {
    const done = await shell.run(program, args, { environment: { ...environment, KUBECONFIG: kubeconfig } });
    if (done.exitCode !== 0) throw failed(program, args, done);
  };
  try {
    const where = ['--resource-group', access.resourceGroup, '--name', access.cluster];
    await run('az', ['aks', 'get-credentials', ...where, '--file', kubeconfig, '--overwrite-existing']);
    // Clusters with Entra sign-in give a kubeconfig that asks for a device code; kubelogin makes it use the Azure CLI.
    const isInteractive = openDisk(folder).find('kubeconfig')?.contents.includes('kubelogin');
    if (isInteractive) await run('kubelogin', ['convert-kubeconfig', '--login', 'azurecli']);
    return { kubeconfig, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function failed(program: string, args: readonly string[], { missing, stderr, stdout }: ShellResult): UserError {
  if (missing) {
    return new UserError(
      'failed',
      { en: `${program} is not installed.`, fr: `${program} n’est pas installé.` },
      {
        en: `Install ${program}; the cluster is asked through it.`,
        fr: `Installez ${program}\u00a0; c’est par lui que la grappe est interrogée.`,
      },
    );
  }
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' ');
  const call = `${program} ${args.slice(0, 2).join(' ')}`;
  return new UserError(
    'failed',
    { en: `${call}: ${said}`, fr: `${call}\u00a0: ${said}` },
    {
      en: 'It needs a sign-in (az login) and the right to read the namespace.',
      fr: 'Il faut être connecté (az login) et avoir le droit de lire l’espace de noms.',
    },
  );
}
