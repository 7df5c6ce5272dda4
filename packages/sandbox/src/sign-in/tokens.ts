import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Audience } from './audiences.ts';

/** Who a token speaks for. */
export type Subject =
  | {
      /** An application of Microsoft Entra: what a service connection or a managed identity stands for. */
      readonly kind: 'application';
      /** Client id. */
      readonly id: string;
      readonly tenant: string;
      /** Name of the connection or credential that it came by, for logs. */
      readonly name: string;
    }
  | {
      /** The build identity of a project: `System.AccessToken`. */
      readonly kind: 'build';
      readonly organization: string;
      readonly project: string;
    };

/** What a bearer token turned out to be. */
export type Found =
  | { readonly kind: 'valid'; readonly subject: Subject }
  | { readonly kind: 'expired'; readonly subject: Subject }
  /** Good, but for another service. */
  | { readonly kind: 'elsewhere'; readonly audience: string; readonly subject: Subject };

/** A token and its end. */
export interface Token {
  readonly text: string;
  /** Seconds since 1970. */
  readonly expiresOn: number;
}

/** Gives and reads short-lived tokens. */
export interface Tokens {
  /** @param seconds how long it is good for */
  grant(subject: Subject, audience: Audience, seconds: number): Token;
  /** What an `Authorization: Bearer` header holds; `undefined` if none of ours. */
  find(authorization: string | undefined, ...audiences: readonly Audience[]): Found | undefined;
}

/**
 * Tokens in the form of JSON Web Tokens, as Entra's are, so that clients can read their claims. The key lives in memory:
 * a token of an earlier start is worth nothing, and there is no list of them to keep or to leak.
 */
export function makeTokens(): Tokens {
  const key = randomBytes(32);
  const sign = (text: string) => createHmac('sha256', key).update(text).digest();
  return {
    grant(subject, audience, seconds) {
      const now = Math.floor(Date.now() / 1000);
      const expiresOn = now + seconds;
      const claims = {
        aud: audience,
        iat: now,
        nbf: now,
        exp: expiresOn,
        uti: randomUUID(),
        ...toClaims(subject),
        subject,
      };
      const head = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}`;
      return { text: `${head}.${sign(head).toString('base64url')}`, expiresOn };
    },
    find(authorization, ...audiences) {
      const [, head, claims, signature] = /^bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(authorization ?? '') ?? [];
      if (head === undefined || claims === undefined || signature === undefined) return undefined;
      const given = Buffer.from(signature, 'base64url');
      const right = sign(`${head}.${claims}`);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      const { aud, exp, subject } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Claims;
      if (!audiences.some((audience) => audience === aud)) return { kind: 'elsewhere', audience: aud, subject };
      return { kind: exp * 1000 > Date.now() ? 'valid' : 'expired', subject };
    },
  };
}

interface Claims {
  readonly aud: string;
  readonly exp: number;
  readonly subject: Subject;
}

/** The claims by which clients and people tell whose a token is. */
function toClaims(subject: Subject): Readonly<Record<string, string>> {
  switch (subject.kind) {
    case 'application':
      return {
        iss: `https://sts.windows.net/${subject.tenant}/`,
        tid: subject.tenant,
        appid: subject.id,
        sub: subject.id,
        idtyp: 'app',
      };
    case 'build':
      return { iss: 'app.vstoken.visualstudio.com', sub: subject.project };
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
