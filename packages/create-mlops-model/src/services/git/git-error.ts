import { UserError } from '@create-mlops-model/core';
import type { Remote } from './git-environment.ts';

/** git ran and ended with another code than 0; the message is what it said. */
export class GitExit extends Error {
  /** The code; unknown of a call that went through a library. */
  readonly code: number | undefined;

  constructor(said: string, code: number | undefined, options?: ErrorOptions) {
    super(said, options);
    this.code = code;
  }
}

/** What any error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Starting git failed because there is none. */
export function noGit(cause: unknown): UserError {
  return new UserError(
    'failed',
    { en: 'git is not installed.', fr: 'git n’est pas installé.' },
    {
      en: 'Install git 2.31 or newer from https://git-scm.com and run the command again.',
      fr: 'Installez git 2.31 ou plus récent depuis https://git-scm.com et relancez la commande.',
    },
    { cause },
  );
}

/** git says only in words why a remote did not answer; `toGitEnvironment` makes them English whatever the locale. */
export function toRemoteError(error: unknown, remote: Remote): unknown {
  if (error instanceof UserError) return error;
  const said = messageOf(error);
  if (/Authentication failed|could not read (Username|Password)|returned error: 401/i.test(said)) {
    return new UserError(
      'not-signed-in',
      { en: `git could not sign in to ${remote.url}.`, fr: `git n’a pas pu se connecter à ${remote.url}.` },
      {
        en: 'The token needs the scope Code (read & write).',
        fr: 'Le jeton a besoin de l’étendue Code (lecture et écriture).',
      },
      { cause: error },
    );
  }
  if (/returned error: 403|TF401027/.test(said)) {
    return new UserError(
      'forbidden',
      { en: `git may not write to ${remote.url}.`, fr: `git ne peut pas écrire dans ${remote.url}.` },
      undefined,
      { cause: error },
    );
  }
  if (/Could not resolve|Failed to connect|Connection (refused|reset)|unable to access/i.test(said)) {
    return new UserError(
      'unreachable',
      { en: `git got no answer from ${remote.url}.`, fr: `git n’a reçu aucune réponse de ${remote.url}.` },
      said.trim(),
      { cause: error },
    );
  }
  return toFailure(error);
}

/** Whatever else git refuses, in its own words. */
export function toFailure(error: unknown): UserError {
  const said = messageOf(error).trim();
  return new UserError('failed', { en: `git failed: ${said}`, fr: `git a échoué\u00a0: ${said}` }, undefined, {
    cause: error,
  });
}
