import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIENCES } from './audiences.ts';
import type { AzReply, AzServices } from './az/command.ts';
import { runAz } from './az/run-az.ts';
import { AZ_PROGRAM } from './az-program.ts';
import type { Principal } from './principal.ts';
import { makeTokens, type Token, type Tokens } from './tokens.ts';

/** A signed-in Azure CLI, for the length of a step. */
export interface AzSession {
  /** Added to the environment of whoever is to be signed in. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder with `az`; goes first on PATH. */
  readonly path: string;
  /** Forgets the session and removes its folder. Tokens that it gave live out their time. */
  close(): void;
}

/** Who may be who: tokens, and sessions of the Azure CLI. */
export interface SignIn {
  readonly tokens: Tokens;
  /** Signs a service connection in. @param folder where the session may keep what vanishes with it */
  openSession(principal: Principal, folder: string): AzSession;
  /** `System.AccessToken` of a run: the build identity of a project, by their ids. */
  grantBuildToken(organization: string, project: string, seconds: number): Token;
  /** For logs: by which connection or credential a token came, `build` for a run's own. */
  nameCaller(authorization: string | undefined): string | null;
  /** What `az` answers to a session. @param secret the session's; an unknown one is signed out */
  answerAz(secret: string, words: readonly string[]): Promise<AzReply>;
}

/** What signing in needs from the sandbox around it. */
export interface SignInContext {
  /** Where `az` asks: the sandbox's own switches. */
  readonly address: () => string;
  /** How long tokens of Azure are good for. */
  readonly tokenSeconds: () => number;
  /** What the commands of `az` look into. */
  readonly services: AzServices;
}

/** Opens the room. Sessions live in memory: after a restart nobody is signed in. */
export function makeSignIn(context: SignInContext): SignIn {
  const tokens = makeTokens();
  const sessions = new Map<string, Principal>();
  return {
    tokens,
    openSession(principal, folder) {
      const secret = randomBytes(32).toString('base64url');
      sessions.set(digest(secret), principal);
      mkdirSync(folder, { recursive: true });
      const own = mkdtempSync(join(folder, 'az-'));
      const config = join(own, 'config');
      const path = join(own, 'bin');
      mkdirSync(config, { mode: 0o700 });
      mkdirSync(path, { mode: 0o700 });
      const session = JSON.stringify({ address: `${context.address()}/az`, secret });
      writeFileSync(join(config, 'session.json'), session, { mode: 0o600 });
      writeFileSync(join(path, 'az.cjs'), AZ_PROGRAM, { mode: 0o600 });
      writeFileSync(join(path, 'az'), toLauncher(join(path, 'az.cjs')), { mode: 0o700 });
      return {
        environment: { AZURE_CONFIG_DIR: config },
        path,
        close() {
          sessions.delete(digest(secret));
          rmSync(own, { recursive: true, force: true });
        },
      };
    },
    grantBuildToken: (organization, project, seconds) =>
      tokens.grant({ kind: 'build', organization, project }, AUDIENCES.azureDevOps, seconds),
    nameCaller(authorization) {
      const subject = tokens.find(authorization)?.subject;
      return subject === undefined ? null : subject.kind === 'build' ? 'build' : subject.name;
    },
    async answerAz(secret, words) {
      const principal = sessions.get(digest(secret));
      return runAz(words, principal, { tokens, seconds: context.tokenSeconds(), ...context.services });
    },
  };
}

/** Looked up by digest: how long a comparison takes says nothing about the secret. */
function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A launcher in sh, because a shebang takes no path with blanks. The Node that runs the sandbox runs `az`. */
function toLauncher(program: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(program)} "$@"\n`;
}
