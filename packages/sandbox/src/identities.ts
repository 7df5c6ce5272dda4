import { createHash, randomBytes } from 'node:crypto';

/** Who may call the sandbox's services, and what they may do. */
export interface Identity {
  /** Stable key: `you`, `colleague`, `administrator`, `reader`, `pipelines`. */
  readonly key: string;
  /** GUID, as Azure DevOps and Entra show it. */
  readonly id: string;
  readonly displayName: string;
  /** Sign-in name: `you@sandbox.test`. */
  readonly account: string;
  /** `administrator` may do everything · `contributor` everything a project's contributor with the usual grants may · `reader` only read. */
  readonly role: 'administrator' | 'contributor' | 'reader';
  /** Accepted as PAT (Basic) and as Bearer. */
  readonly token: string;
}

/** The identities a fresh sandbox knows; tokens are made anew for each sandbox. */
export function makeIdentities(): Identity[] {
  const make = (key: string, displayName: string, role: Identity['role']): Identity => ({
    key,
    id: toGuid(`identity:${key}`),
    displayName,
    account: `${key}@sandbox.test`,
    role,
    token: randomBytes(26).toString('hex'),
  });
  return [
    make('you', 'You', 'administrator'),
    make('colleague', 'Colleague', 'contributor'),
    make('administrator', 'Platform administrator', 'administrator'),
    make('reader', 'Reader', 'reader'),
    make('pipelines', 'Build Service', 'contributor'),
  ];
}

/** Whose token the `Authorization` header carries: Basic with any user part, or Bearer. */
export function findIdentity(identities: readonly Identity[], authorization: string | undefined): Identity | undefined {
  const [scheme = '', value = ''] = (authorization ?? '').split(' ', 2);
  const token =
    scheme.toLowerCase() === 'basic'
      ? (Buffer.from(value, 'base64').toString('utf8').split(':').slice(1).join(':') ?? '')
      : scheme.toLowerCase() === 'bearer'
        ? value
        : '';
  return token === '' ? undefined : identities.find((identity) => identity.token === token);
}

/** A GUID that is always the same for the same text. */
export function toGuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
