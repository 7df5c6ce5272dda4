import { UserError } from '@create-mlops-model/core';
import { openServing } from '../../open-service.ts';
import type { Release } from '../../services/cluster.ts';
import { findServiceUrl } from '../../services/sandbox.ts';
import { getSandbox } from '../../session.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { until } from '../watch-runs.ts';

/** What serves, as the cluster says. @throws UserError where nothing does */
export async function getRelease({ context, session }: Rehearsal): Promise<Release> {
  const cluster = await openServing(context, session);
  try {
    const release = await cluster.findRelease();
    if (release !== undefined) return release;
  } finally {
    cluster.close();
  }
  throw new UserError('failed', {
    en: 'Rehearsing: nothing is in service.',
    fr: 'Répétition\u00a0: rien n’est en service.',
  });
}

/** Where the model is called from this machine. */
export function getEndpoint(rehearsal: Rehearsal): Promise<string> {
  const { context, session } = rehearsal;
  const { names } = session.project;
  return until(rehearsal, async () =>
    findServiceUrl(await getSandbox(context), session.services.http, names.namespace, names.image),
  );
}

/** The request that the service's own documentation gives as its example. */
export async function readExample({ session }: Rehearsal, endpoint: string): Promise<string> {
  const { text } = await session.services.http.send({ method: 'GET', url: `${endpoint}/openapi.json` });
  const document = JSON.parse(text) as {
    readonly components: { readonly schemas: { readonly Request: { readonly examples: readonly unknown[] } } };
  };
  return JSON.stringify(document.components.schemas.Request.examples[0]);
}

/** One answer of the model. */
export interface Answer {
  readonly predictions: readonly unknown[];
  readonly model: { readonly version: string };
}

/** Asks the model. @throws UserError unless it answers with 200 */
export async function askModel({ session }: Rehearsal, endpoint: string, body: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const url = `${endpoint}/v1/score`;
  const { status, text } = await session.services.http.send({ method: 'POST', url, headers, body });
  if (status === 200) return JSON.parse(text) as Answer;
  throw new UserError('failed', {
    en: `Rehearsing: the endpoint answered HTTP ${status}: ${text.slice(0, 200)}`,
    fr: `Répétition\u00a0: le point d’accès a répondu HTTP ${status}\u00a0: ${text.slice(0, 200)}`,
  });
}
