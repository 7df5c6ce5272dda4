import { type Text, UserError } from '@create-mlops-model/core';
import type { DatabricksOptions } from '../databricks.ts';
import type { HttpResponse } from '../http.ts';
import type { Credential } from '../identity.ts';
import { ServiceError } from '../service-error.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** The workspace's REST calls, by method; paths below `/api/`. */
export function makeDatabricksRest({ http, host, credential }: DatabricksOptions) {
  const send = async (method: Method, path: string, body: unknown, repeatable?: boolean): Promise<HttpResponse> =>
    http.send({
      method,
      url: `${host}/api/${path}`,
      headers: {
        authorization: await credential.authorization(),
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(repeatable === undefined ? {} : { repeatable }),
    });
  const call = async <Body>(method: Method, path: string, body?: unknown, repeatable?: boolean): Promise<Body> => {
    let response = await send(method, path, body, repeatable);
    if (credential.renew && (response.status === 401 || isTokenRefused(response))) {
      await credential.renew();
      response = await send(method, path, body, repeatable);
    }
    const error = findError(method, path, response, credential);
    if (error) throw error;
    return (response.text.trim() === '' ? {} : JSON.parse(response.text)) as Body;
  };
  return {
    get: <Body>(path: string) => call<Body>('GET', path),
    /** @param repeatable whether sending it twice has the effect of sending it once */
    post: <Body>(path: string, body: unknown, repeatable: boolean) => call<Body>('POST', path, body, repeatable),
    patch: (path: string, body: unknown) => call('PATCH', path, body, true),
    put: (path: string, body: unknown) => call('PUT', path, body),
    del: async (path: string): Promise<void> => {
      await call('DELETE', path);
    },
  };
}

function findError(
  method: Method,
  path: string,
  response: HttpResponse,
  credential: Credential,
): UserError | undefined {
  const { status } = response;
  if (status === 401 || status === 302 || (status < 300 && /^\s*</.test(response.text))) return notSignedIn(credential);
  if (status < 300) return undefined;
  const { code, message } = parseError(response.text);
  const details = `${method} ${path.split('?')[0]}: HTTP ${status}`;
  const text: Text = message === '' ? `Databricks: ${details}` : `Databricks: ${message} (${details})`;
  if (isTokenRefused(response)) return new UserError('not-signed-in', text, toSignInHint(credential));
  if (status === 403) return new ServiceError('forbidden', text, { status, typeKey: code });
  if (status === 429 || status === 503)
    return new ServiceError('try-again', text, { status, typeKey: code, hint: AGAIN });
  // A missing job is HTTP 400 INVALID_PARAMETER_VALUE "Job 1 does not exist."; Databricks' own client knows it by this text.
  const isMissing = status === 400 && /^(Job|Run) \S+ does not exist/.test(message);
  return new ServiceError('failed', text, { status: isMissing ? 404 : status, typeKey: code });
}

/**
 * A wrong or expired token is answered with HTTP 403 and the error code "403" ("Invalid access token."); a missing right
 * has a code in words (PERMISSION_DENIED).
 */
function isTokenRefused({ status, text }: HttpResponse): boolean {
  return status === 403 && parseError(text).code === '403';
}

const AGAIN: Text = {
  en: 'The service is busy. Run the command again in a few minutes.',
  fr: 'Le service est occupé. Relancez la commande dans quelques minutes.',
};

/** Databricks answers errors as JSON of three ages, or as plain text. */
function parseError(text: string): { code: string; message: string } {
  try {
    const body = JSON.parse(text) as {
      error_code?: string | number;
      message?: string;
      error?: string;
      detail?: string;
    };
    return { code: String(body.error_code ?? ''), message: body.message ?? body.error ?? body.detail ?? '' };
  } catch {
    return { code: '', message: text.startsWith('<') ? '' : text.trim().slice(0, 300) };
  }
}

function notSignedIn(credential: Credential): UserError {
  const source = toSourceText(credential);
  return new UserError(
    'not-signed-in',
    {
      en: `Databricks did not accept the sign-in (${source}).`,
      fr: `Databricks n’a pas accepté la connexion (${source}).`,
    },
    toSignInHint(credential),
  );
}

function toSignInHint(credential: Credential): Text {
  const source = toSourceText(credential);
  return {
    en: `The token is from ${source}. Run "az login" again, or set DATABRICKS_TOKEN; make sure that you are a user of this workspace.`,
    fr: `Le jeton vient de ${source}. Relancez « az login », ou réglez DATABRICKS_TOKEN; assurez-vous que vous êtes membre de cet espace de travail.`,
  };
}

function toSourceText({ source }: Credential): string {
  return source === 'az' ? 'az login' : source;
}
