import { findIdentity, type Identity, makeIdentities } from './identities.ts';
import { openStore } from './store.ts';

/** An identity, and whether its token has run out. */
export interface StoredIdentity extends Identity {
  readonly expired: boolean;
}

/** What may be changed about an identity while the sandbox runs. */
export type IdentityChange = Partial<Pick<StoredIdentity, 'role' | 'expired'>>;

/** The sandbox's identities, kept with the rest of its state. */
export interface IdentityStore {
  all(): readonly StoredIdentity[];
  /** Those whose token is accepted. */
  signedIn(): readonly StoredIdentity[];
  /** Who sent this header, even with a token that has run out. */
  find(authorization: string | undefined): StoredIdentity | undefined;
  /** @returns the changed identity, or `undefined` if there is none of this key */
  change(key: string, change: IdentityChange): StoredIdentity | undefined;
}

/** Opens the identities of a state folder; a fresh one gets new tokens. */
export function openIdentities(folder: string): IdentityStore {
  const store = openStore(folder, 'identities', () => ({
    identities: makeIdentities().map((identity): StoredIdentity => ({ ...identity, expired: false })),
  }));
  store.save();
  const all = () => store.data.identities;
  return {
    all,
    signedIn: () => all().filter((identity) => !identity.expired),
    find: (authorization) => {
      const found = findIdentity(all(), authorization);
      return found && all().find((identity) => identity.key === found.key);
    },
    change(key, change) {
      const changed = all().map((identity) => (identity.key === key ? { ...identity, ...change } : identity));
      store.data = { identities: changed };
      store.save();
      return changed.find((identity) => identity.key === key);
    },
  };
}
