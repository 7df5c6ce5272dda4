import { type Resource, toMark } from '@create-mlops-model/core';
import { type Declaration, declareBase, type Project } from './declare/base.ts';
import { declareBranchPolicies } from './declare/branch-policies.ts';
import { toCloneUrl } from './declare/clone-url.ts';
import { declarePipelines } from './declare/pipelines.ts';
import { declareProtection } from './declare/protection.ts';
import { declareWorkspace } from './declare/workspace.ts';
import type { Services } from './services/services.ts';

export type { Project } from './declare/base.ts';

/** Everything that should exist, each with what it needs. Pure but for the closures: nothing is read yet. */
export function declare(project: Project, services: Services): readonly Resource[] {
  const { names, target } = project;
  const cloneUrl = toCloneUrl(target, names.repository);
  const declaration: Declaration = { ...project, services, cloneUrl, mark: toMark(target, names.model) };
  const base = declareBase(declaration);
  const protection = declareProtection(declaration);
  const pipelines = declarePipelines(declaration, base, protection);
  const policies = declareBranchPolicies(declaration, base, pipelines);
  const workspace = declareWorkspace(declaration, base, protection);
  return [
    ...base.files,
    base.clone,
    base.repository,
    base.push,
    ...protection.resources,
    ...pipelines.resources,
    ...policies,
    ...workspace,
  ] as readonly Resource[];
}
