import {
  LOCK_PATH,
  MANIFEST_PATH,
  type Manifest,
  parseManifest,
  readLock,
  type Text,
  UserError,
} from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import { toInvocation } from '../commands.ts';
import { toCloneUrl } from '../declare/clone-url.ts';
import { checkAzureDevOps } from '../doctor/check-sign-in.ts';
import { type Finding, toFailure } from '../doctor/finding.ts';
import type { Repository } from '../services/azure-devops/repositories.ts';
import { findSandbox, type RunningSandbox, toSandboxHome } from '../services/sandbox.ts';
import { openServices, type Services } from '../services/services.ts';
import { openSession, type Session } from '../session.ts';
import { isSameRepository, parseRepositoryUrl, type RepositoryAddress } from './parse-repository-url.ts';

/** What the URL leads to, as far as one got. */
export interface Reached {
  readonly findings: readonly Finding[];
  readonly model?: { readonly repository: Repository; readonly session: Session };
}

/**
 * From the URL to the model: who we are, whether the repository is there, whether it is one of ours, what its `mlops.yaml` says.
 * Changes nothing.
 * @throws UserError where the URL is the sandbox's and that one does not run
 */
export async function reachModel(
  context: CommandContext,
  address: RepositoryAddress,
  folder: string,
): Promise<Reached> {
  const { translate } = context;
  const services = openByUrl(context, address, folder);
  try {
    const signIn = await checkAzureDevOps(services.azureDevOps, translate);
    if (signIn.status === 'fail') return { findings: [signIn] };
    try {
      const { repository, manifest } = await readModel(context, services, address);
      const session = await openSession(context, { manifest, folder, kind: address.kind });
      refuseOtherPlace(session, address);
      const text = translate('join.repository', { model: session.project.names.model, repository: repository.name });
      const found: Finding = { topic: 'project', name: 'repository', status: 'pass', text };
      return { findings: [signIn, found], model: { repository, session } };
    } catch (error) {
      return { findings: [signIn, toFailure('project', 'repository', error, translate)] };
    }
  } finally {
    services.http.close();
  }
}

function openByUrl(context: CommandContext, address: RepositoryAddress, folder: string) {
  const { kind, organization, organizationUrl, project } = address;
  const you = kind === 'sandbox' ? getSandbox(context, address).identities.find(({ key }) => key === 'you') : undefined;
  return openServices({
    // Where Databricks is, only the manifest says.
    target: { kind, organization, organizationUrl, project, databricksHost: '', trackingUri: '', registryServer: '' },
    folder,
    environment: context.env,
    userAgent: `create-mlops-model/${context.version}`,
    ...(you ? { sandbox: { token: you.token } } : {}),
  });
}

/** The sandbox is not started here: a new one would not hold the repository. */
function getSandbox({ env, translate, version }: CommandContext, address: RepositoryAddress): RunningSandbox {
  const home = toSandboxHome(env);
  const running = findSandbox(home);
  const command = `${toInvocation(version)} sandbox start`;
  if (running === undefined) {
    throw new UserError('failed', translate('join.noSandbox', { home }), translate('sandbox.startHint', { command }));
  }
  const { origin } = new URL(address.organizationUrl);
  const isThis = new URL(running.addresses.azureDevOps).port === new URL(origin).port;
  if (isThis) return running;
  throw new UserError(
    'usage',
    translate('join.otherSandbox', { url: running.addresses.azureDevOps, origin }),
    translate('join.otherSandbox.hint'),
  );
}

/** @throws UserError each time one gets no further */
async function readModel(
  context: CommandContext,
  { azureDevOps: { repositories } }: Services,
  address: RepositoryAddress,
): Promise<{ readonly repository: Repository; readonly manifest: Manifest }> {
  const { translate } = context;
  const repository = await repositories.find(address.repository);
  if (repository === undefined) throw noRepository(context, address);
  const [text, lock] = await Promise.all(
    [MANIFEST_PATH, LOCK_PATH].map((path) => repositories.findText(repository.id, path, 'main')),
  );
  if (text === undefined) throw notOurs(repository.name, context);
  // First: a newer version's manifest may hold what this one does not know.
  if (lock !== undefined) readLock(lock, context.version);
  return { repository, manifest: parseManifest(text, `main:${MANIFEST_PATH}`, translate) };
}

/** A copy of a repository still names the one that it was copied from: its pipelines, jobs and folders are not these. */
function refuseOtherPlace({ project }: Session, address: RepositoryAddress): void {
  const named = parseRepositoryUrl(toCloneUrl(project.target, project.names.repository));
  if (isSameRepository(named, address)) return;
  const url = toCloneUrl(project.target, project.names.repository);
  throw new UserError(
    'failed',
    {
      en: `mlops.yaml in this repository names another one: ${url}.`,
      fr: `Le mlops.yaml de ce dépôt en désigne un autre\u00a0: ${url}.`,
    },
    {
      en: 'Join by that address; or, if this repository was moved, have devops: in mlops.yaml corrected.',
      fr: 'Rejoignez-le par cette adresse\u00a0; ou, si ce dépôt a été déplacé, faites corriger devops: dans mlops.yaml.',
    },
  );
}

function noRepository({ translate }: CommandContext, { repository }: RepositoryAddress): UserError {
  const holder = translate('holder.project-administrator');
  const right = translate('right.read-repository');
  return new UserError(
    'forbidden',
    translate('doctor.noRepository', { repository }),
    translate('join.noRepository.fix', { right, holder }),
  );
}

function notOurs(name: string, { version }: CommandContext): UserError {
  const text: Text = {
    en: `${name} holds no mlops.yaml on main: it was not made by this tool.`,
    fr: `${name} ne contient pas de mlops.yaml sur main\u00a0: il n’a pas été créé par cet outil.`,
  };
  return new UserError('failed', text, {
    en: `Check the URL. A new model is made with: ${toInvocation(version)}`,
    fr: `Vérifiez l’URL. Un nouveau modèle se crée par\u00a0: ${toInvocation(version)}`,
  });
}
