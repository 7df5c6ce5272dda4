import { randomUUID } from 'node:crypto';
import { findIdentity, type Identity } from '../identities.ts';
import { AUDIENCES } from '../sign-in/audiences.ts';
import type { Subject } from '../sign-in/tokens.ts';
import { ServiceError } from './service-error.ts';
import { listServicePrincipals } from './service-principals.ts';
import type { World } from './world.ts';

/** The key of whoever is no person: an application of Microsoft Entra. */
export const APPLICATION = 'application';

/** Who asks: a person by their own token, or an application by one of Entra's. @throws ServiceError */
export function authenticate(world: World, authorization: string | undefined): Identity {
  if (!/^bearer /i.test(authorization ?? '')) {
    throw refusal(401, 'Credential was not sent or was of an unsupported type for this API.');
  }
  const person = findIdentity(world.identities(), authorization);
  if (person) return person;
  const found = world.tokens.find(authorization, AUDIENCES.databricks);
  switch (found?.kind) {
    case undefined:
      throw refusal(403, 'Invalid access token.');
    case 'elsewhere':
      throw refusal(400, `Expected aud claim to be: ${AUDIENCES.databricks}, but was: ${found.audience}.`);
    case 'expired':
      // Since December 2025; before it was 400, and 403 before that (databrickslabs/splunk-integration#55).
      throw refusal(401, 'Token is expired');
    case 'valid':
      return getMember(world, found.subject);
  }
}

/** In Azure any application can have a token; only members get in. */
function getMember(world: World, subject: Subject): Identity {
  const member =
    subject.kind === 'application' &&
    listServicePrincipals(world).find(({ applicationId }) => applicationId.toLowerCase() === subject.id);
  if (!member) throw refusal(403, 'User not authorized.');
  const { applicationId, displayName } = member;
  // An application's user name is its id; its rights come from each object (object-rights.ts).
  return { key: APPLICATION, id: applicationId, displayName, account: applicationId, role: 'contributor', token: '' };
}

function refusal(status: number, message: string): ServiceError {
  return new ServiceError(status, String(status), `${message} [ReqId: ${randomUUID()}]`);
}
