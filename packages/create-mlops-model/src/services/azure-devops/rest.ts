import type { Text, UserError } from '@create-mlops-model/core';
import type { Http, HttpResponse } from '../http.ts';
import type { Credential } from '../identity.ts';
import { ServiceError } from '../service-error.ts';

/** One answer with its body as JSON. */
export interface RestAnswer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Readonly<Record<string, string>>;
}

/** One call of the service. */
export interface RestCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Absolute, or below the organisation. */
  readonly url: string;
  readonly body?: unknown;
  /** `7.1`, `7.1-preview.1`: travels in the Accept header. */
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** See `HttpRequest.repeatable`. */
  readonly repeatable?: boolean;
}

/** Calls Azure DevOps; everything but an honest JSON answer throws. */
export interface Rest {
  call<Body>(call: RestCall): Promise<RestAnswer<Body>>;
}

/** Makes the REST layer of one organisation. */
export function makeRest(http: Http, organizationUrl: string, credential: Credential): Rest {
  const send = async (call: RestCall): Promise<HttpResponse> =>
    http.send({
      method: call.method,
      url: call.url.startsWith('http') ? call.url : `${organizationUrl}/${call.url}`,
      headers: {
        authorization: await credential.authorization(),
        accept: `application/json${call.version ? `;api-version=${call.version}` : ''}`,
        // Asks for a 401 instead of a redirect to the sign-in page.
        'x-tfs-fedauthredirect': 'Suppress',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.repeatable === undefined ? {} : { repeatable: call.repeatable }),
    });
  return {
    async call<Body>(call: RestCall) {
      let response = await send(call);
      if (response.status === 401 && credential.renew && !isEmptyList(response)) {
        await credential.renew();
        response = await send(call);
      }
      if (call.method === 'GET' && isEmptyList(response)) return toAnswer<Body>({ ...response, status: 200 });
      const error = findError(call, response, credential);
      if (error) throw error;
      return toAnswer<Body>(response);
    },
  };
}

function toAnswer<Body>(response: HttpResponse): RestAnswer<Body> {
  const body = response.text.trim() === '' ? undefined : parseJson(response.text);
  return { status: response.status, headers: response.headers, body: body as Body };
}

/** Recorded 2025: a list of definitions answered 401 with an empty list after the last one had been deleted. */
function isEmptyList(response: HttpResponse): boolean {
  if (response.status !== 401) return false;
  const body = parseJson(response.text) as { count?: unknown } | undefined;
  return body?.count === 0;
}

/** The usual form, and the one that the service's web framework answers on its own. */
interface ErrorBody {
  readonly message?: string;
  readonly typeKey?: string;
  readonly value?: { readonly Message?: string };
}

function findError(call: RestCall, response: HttpResponse, credential: Credential): UserError | undefined {
  const { status } = response;
  const isHtml = /^\s*</.test(response.text);
  if (status === 401 || status === 203 || status === 302 || (status < 300 && isHtml))
    return notSignedIn(call, credential);
  if (status < 300) return undefined;
  const body = parseJson(response.text) as ErrorBody | undefined;
  const typeKey = body?.typeKey ?? '';
  const said = body?.message ?? body?.value?.Message ?? (isHtml ? '' : response.text.trim());
  const text = toText(call, response, said);
  if (typeKey === 'UnauthorizedRequestException' && status !== 403) return notSignedIn(call, credential);
  if (status === 403) return new ServiceError('forbidden', text, { status, typeKey });
  // The organisation sleeps since nobody used it for long: waiting does not wake it.
  if (said.includes('TF24668')) return new ServiceError('failed', text, { status, typeKey, hint: ASLEEP });
  if (status === 429 || status === 503) return new ServiceError('try-again', text, { status, typeKey, hint: AGAIN });
  return new ServiceError('failed', text, { status, typeKey });
}

const AGAIN: Text = {
  en: 'The service is busy. Run the command again in a few minutes: it takes up where this run stopped.',
  fr: 'Le service est occupé. Relancez la commande dans quelques minutes : elle reprend où celle-ci s’est arrêtée.',
};

const ASLEEP: Text = {
  en: 'Somebody has to sign in to the organisation’s page in a browser, which wakes it; then run the command again.',
  fr: 'Quelqu’un doit se connecter à la page de l’organisation dans un navigateur, ce qui la réveille ; relancez ensuite la commande.',
};

function toText(call: RestCall, response: HttpResponse, said: string): Text {
  const activity = response.headers.activityid ? `, ActivityId ${response.headers.activityid}` : '';
  const details = `${call.method} ${call.url.split('?')[0]}: HTTP ${response.status}${activity}`;
  return said === '' ? `Azure DevOps: ${details}` : `Azure DevOps: ${said} (${details})`;
}

function notSignedIn(call: RestCall, credential: Credential): UserError {
  const source = credential.source === 'az' ? 'az login' : credential.source;
  return new ServiceError(
    'not-signed-in',
    {
      en: `Azure DevOps did not accept the sign-in (${source}).`,
      fr: `Azure DevOps n’a pas accepté la connexion (${source}).`,
    },
    {
      status: 401,
      typeKey: '',
      hint: {
        en: `The token is wrong or expired, or its scopes lack ${call.url.split('?')[0]}. Run "az login" again, or set AZURE_DEVOPS_EXT_PAT to a new personal access token.`,
        fr: `Le jeton est faux ou expiré, ou ses étendues ne couvrent pas ${call.url.split('?')[0]}. Relancez « az login », ou mettez un nouveau jeton d’accès personnel dans AZURE_DEVOPS_EXT_PAT.`,
      },
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
