import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Files, type Manifest, sortFiles, type Target, toNames } from '../../packages/core/src/index.ts';
import type { Project } from '../../packages/create-mlops-model/src/declare.ts';
import type { HttpAttempt } from '../../packages/create-mlops-model/src/services/http.ts';
import { openServices } from '../../packages/create-mlops-model/src/services/services.ts';
import { type Sandbox, startSandbox } from '../../packages/sandbox/src/index.ts';
import { aManifest, aTarget } from '../build.ts';

/** A running sandbox with one project, and the folder that everything lies in. */
export interface SandboxProject {
  readonly sandbox: Sandbox;
  readonly target: Target;
  readonly folder: string;
  /** Services as one of the sandbox's identities, over HTTP. */
  open(options?: {
    as?: string;
    folder?: string;
    onAttempt?: (attempt: HttpAttempt) => void;
  }): ReturnType<typeof openServices>;
  /** Calls one of the sandbox's own switches. */
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a sandbox on free ports in a temporary folder. */
export async function startProject(): Promise<SandboxProject> {
  const root = mkdtempSync(join(tmpdir(), 'mlops-services-'));
  const sandbox = await startSandbox({ home: join(root, 'home') });
  const { azureDevOps, databricks, control: controlUrl } = sandbox.addresses;
  const target = aTarget({ organizationUrl: `${azureDevOps}/sandbox`, databricksHost: databricks });
  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${controlUrl}${path}`, {
      method,
      // The next sandbox may get the same port: no connection is kept for it.
      headers: { connection: 'close', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  };
  await control('PUT', `/organizations/${target.organization}/projects/${target.project}`);
  const opened: { close(): void }[] = [];
  return {
    sandbox,
    target,
    folder: join(root, 'project'),
    control,
    open({ as = 'you', folder = join(root, 'project'), onAttempt } = {}) {
      const identity = sandbox.identities().find((each) => each.key === as);
      if (!identity) throw new Error(`the sandbox knows no ${as}`);
      const services = openServices({
        target,
        folder,
        environment: { PATH: process.env.PATH, HOME: root },
        sandbox: { token: identity.token },
        ...(onAttempt ? { onAttempt } : {}),
      });
      opened.push(services.http);
      return services;
    },
    async stop() {
      for (const http of opened) http.close();
      await sandbox.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A project of a few files: enough for a repository whose pipelines the server can read. */
export function aProject(target: Target, manifest: Manifest = aManifest()): Project & { readonly files: Files } {
  const names = toNames(manifest);
  const entry = 'trigger: none\npr: none\npool: { vmImage: ubuntu-24.04 }\nsteps:\n  - script: echo\n';
  const file = (contents: string, executable = false) => ({ contents, ownership: 'managed', executable }) as const;
  const files = sortFiles([
    ['mlops.yaml', file(`version: 1\nmodel: { name: ${names.model} }\n`)],
    ['README.md', file(`# ${names.model}\n`)],
    ['pipelines/ci-train/ci.yml', file(entry)],
    ['pipelines/ci-train/checks.yml', file(entry)],
    ['pipelines/ci-train/retrain.yml', file(entry)],
    ['pipelines/deploy/deploy.yml', file(entry)],
    ['pipelines/deploy/rollout.sh', file('#!/bin/sh\n', true)],
    ['notebooks/model_train.py', file('# Databricks notebook source\nprint(1)\n')],
    ['requirements/train.txt', file('scikit-learn\n')],
  ]);
  return { manifest, names, target, files };
}
