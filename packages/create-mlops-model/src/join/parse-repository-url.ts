import { type Text, UserError } from '@create-mlops-model/core';
import type { TargetKind } from '../command.ts';

/** A repository of Azure DevOps, as its URL names it. */
export interface RepositoryAddress {
  readonly kind: TargetKind;
  /** `https://dev.azure.com/contoso`, no slash at the end. */
  readonly organizationUrl: string;
  readonly organization: string;
  readonly project: string;
  readonly repository: string;
}

/** `git@ssh.dev.azure.com:v3/contoso/project/repository`, and the older host. */
const SSH =
  /^(?:ssh:\/\/)?[^@/\s]+@(?:vs-)?ssh\.(?:dev\.azure|visualstudio)\.com[:/](?:22\/)?v3\/([^/]+)\/([^/]+)\/([^/?#]+)/i;

/**
 * Reads what people copy from the browser or from *Clone*: `dev.azure.com`, `visualstudio.com`, Azure DevOps Server, the sandbox; with the
 * user part, and with whatever a page adds behind the repository's name.
 * @throws UserError `usage`
 */
export function parseRepositoryUrl(text: string): RepositoryAddress {
  const ssh = SSH.exec(text);
  if (ssh !== null) throw isSsh(`https://dev.azure.com/${ssh.slice(1).join('/')}`.replace(/\/([^/]+)$/, '/_git/$1'));
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw notUrl(text);
  // What stands there is a token, and the command line is seen by everybody on the machine: it is not repeated either.
  if (url.password !== '') throw holdsSecret();
  const parts = toParts(url);
  const at = parts.indexOf('_git');
  const repository = parts[at + 1];
  if (at < 0 || repository === undefined) throw noRepository(url);
  const [before, project] = splitPlace(url, parts.slice(0, at), repository);
  const organization = before.at(-1);
  if (organization === undefined) throw noRepository(url);
  const isLocal = url.hostname === '127.0.0.1' || url.hostname === 'localhost';
  const path = before.map(encodeURIComponent).join('/');
  const organizationUrl = `${toOrigin(url)}/${path}`;
  return { kind: isLocal ? 'sandbox' : 'azure', organizationUrl, organization, project, repository };
}

/** Whether both name the same repository, however they are written. */
export function isSameRepository(a: RepositoryAddress, b: RepositoryAddress): boolean {
  const toText = (each: RepositoryAddress) =>
    [each.organizationUrl, encodeURIComponent(each.project), encodeURIComponent(each.repository)].join('/');
  return toText(a).toLowerCase() === toText(b).toLowerCase();
}

function toParts(url: URL): readonly string[] {
  try {
    return url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    throw notUrl(url.href);
  }
}

/** Organisation (or the path of a collection) and project. A project is left out of the URL where its repository has the same name. */
function splitPlace(url: URL, before: readonly string[], repository: string): [readonly string[], string] {
  const old = /^([^.]+)\.visualstudio\.com$/i.exec(url.hostname)?.[1];
  if (old !== undefined) {
    const [first, second] = before;
    return [[old], (first?.toLowerCase() === 'defaultcollection' ? second : first) ?? repository];
  }
  const isOneLevel = ['dev.azure.com', '127.0.0.1', 'localhost'].includes(url.hostname.toLowerCase());
  const organization = isOneLevel ? before.slice(0, 1) : before.slice(0, Math.max(1, before.length - 1));
  return [organization, before[organization.length] ?? repository];
}

/** Organisations at `visualstudio.com` answer at the newer address too, which is the one that manifests hold. */
function toOrigin({ hostname, origin }: URL): string {
  return /\.visualstudio\.com$|^dev\.azure\.com$/i.test(hostname) ? 'https://dev.azure.com' : origin;
}

const EXAMPLE = 'https://dev.azure.com/contoso/ml/_git/ottawa-over-asking';
const WHERE: Text = {
  en: `Copy it in Azure DevOps from Repos, Clone; it looks like ${EXAMPLE}`,
  fr: `Copiez-la dans Azure DevOps, sous Repos, Clone\u00a0; elle ressemble à ${EXAMPLE}`,
};

function notUrl(text: string): UserError {
  return new UserError(
    'usage',
    { en: `"${text}" is not a repository’s URL.`, fr: `«\u00a0${text}\u00a0» n’est pas l’URL d’un dépôt.` },
    WHERE,
  );
}

function noRepository({ origin, pathname }: URL): UserError {
  const shown = `${origin}${pathname}`;
  return new UserError(
    'usage',
    {
      en: `${shown} names no repository of Azure DevOps: it has no _git/<name>.`,
      fr: `${shown} ne désigne aucun dépôt d’Azure DevOps\u00a0: il y manque _git/<nom>.`,
    },
    WHERE,
  );
}

function isSsh(https: string): UserError {
  return new UserError(
    'usage',
    {
      en: 'This is the repository’s SSH address; rights and objects are looked up over HTTPS, with your log-in.',
      fr: 'C’est l’adresse SSH du dépôt\u00a0; les droits et les objets sont examinés par HTTPS, avec votre connexion.',
    },
    {
      en: `Give its HTTPS address: ${https}\nAfterwards "git remote set-url origin" may name the SSH address again.`,
      fr: `Donnez son adresse HTTPS\u00a0: ${https}\nEnsuite, «\u00a0git remote set-url origin\u00a0» peut reprendre l’adresse SSH.`,
    },
  );
}

function holdsSecret(): UserError {
  return new UserError(
    'usage',
    {
      en: 'The URL holds a password or token, which others on this machine can see.',
      fr: 'L’URL contient un mot de passe ou un jeton, que d’autres peuvent voir sur ce poste.',
    },
    {
      en: 'Give the URL without it, and put the token into the environment variable AZURE_DEVOPS_EXT_PAT. Replace the token where it was made.',
      fr: 'Donnez l’URL sans lui, et mettez le jeton dans la variable d’environnement AZURE_DEVOPS_EXT_PAT. Remplacez le jeton là où il a été créé.',
    },
  );
}
