import { randomBytes } from 'node:crypto';

/** Who pulls and pushes. */
export interface RegistryUser {
  readonly name: string;
  /** Whether it may push and delete. */
  readonly mayPush: boolean;
}

/** The name under which Azure's registries take a refresh token as the password (az acr login --expose-token). */
export const TOKEN_USER = '00000000-0000-0000-0000-000000000000';

/** Says whose sign-in an `Authorization` header is; `undefined`: nobody’s. */
export type SignIn = (authorization: string | undefined) => RegistryUser | undefined;

/** Tokens that the registry itself gives out, as Azure's does: a refresh token for a sign-in, access tokens for it. */
export interface RegistryTokens {
  grant(kind: 'refresh' | 'access', user: RegistryUser): string;
  find(kind: 'refresh' | 'access', token: string): RegistryUser | undefined;
}

/** Seconds that a token is good for; Azure's are good for three hours and one. */
export const LIFETIMES = { refresh: 3 * 3600, access: 3600 } as const;

/** Tokens live in memory: whoever holds one from before a restart is asked to sign in again. */
export function makeRegistryTokens(now: () => number): RegistryTokens {
  const granted = new Map<string, { readonly user: RegistryUser; readonly until: number }>();
  return {
    grant(kind, user) {
      for (const [key, { until }] of granted) if (until <= now()) granted.delete(key);
      const token = randomBytes(32).toString('base64url');
      granted.set(`${kind}:${token}`, { user, until: now() + LIFETIMES[kind] * 1000 });
      return token;
    },
    find(kind, token) {
      const found = granted.get(`${kind}:${token}`);
      return found && found.until > now() ? found.user : undefined;
    },
  };
}
