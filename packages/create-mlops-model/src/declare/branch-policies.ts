import { branchPolicyResource, type PolicyDemand } from '../resources/branch-policy.ts';
import type { Base, Declaration } from './base.ts';
import type { Pipelines } from './pipelines.ts';

/** What a change must touch for the notebooks to be tested on Databricks. */
const NOTEBOOK_PATHS = ['/notebooks/*', '/requirements/train.txt', '/mlops.yaml'];

/** What a change must touch for the quick checks. */
const CHECKED_PATHS = ['/api/*', '/pipelines/*', '/requirements/*', '/notebooks/*', '/mlops.*'];

/** Declares what main demands of a pull request. Last of all: with a policy on main, nobody pushes there any more. */
export function declareBranchPolicies(declaration: Declaration, base: Base, { pipelines, permissions }: Pipelines) {
  const { manifest, names, services } = declaration;
  const { reviewers } = manifest.devops;
  const allowed = permissions.map((permission) => permission.address);
  const make = (demand: PolicyDemand) =>
    branchPolicyResource(
      {
        repositoryName: names.repository,
        repository: base.repository,
        demand,
        after: [base.push.address, ...allowed],
      },
      services.azureDevOps,
    );
  return [
    make({ kind: 'build', pipeline: pipelines.ci, displayName: names.pipelines.ci, paths: NOTEBOOK_PATHS }),
    make({ kind: 'build', pipeline: pipelines.checks, displayName: names.pipelines.checks, paths: CHECKED_PATHS }),
    ...(reviewers === 0 ? [] : [make({ kind: 'reviewers', count: reviewers })]),
    make({ kind: 'merge' }),
  ];
}
