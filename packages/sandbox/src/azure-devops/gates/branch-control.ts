import { toObject, toText } from '../call.ts';
import { blockingPolicies } from '../push-rules.ts';
import type { Build, Check } from '../state.ts';
import { CHECK, describeChecked, listChecksOn } from './checks-on.ts';
import type { Scene } from './decide-stage.ts';
import type { Decision } from './gates.ts';

/** The task that decides by branch; a check of this type may name other tasks. */
const BRANCH_CONTROL = '86b05a0c-73e6-4f7d-b3cf-e38f3b39a75b';

/** Lets only runs of the allowed branches pass: its own, and those of the runs behind its pipeline resources. */
export function decideBranchControl(scene: Scene): Decision | undefined {
  for (const check of listChecksOn(scene, CHECK.task)) {
    const why = findRefusal(scene, check);
    if (why !== undefined) return { kind: 'refuse', result: 'failed', why };
  }
  return undefined;
}

function findRefusal(scene: Scene, check: Check): string | undefined {
  const settings = toObject(check.settings);
  const { id, name } = toObject(settings.definitionRef);
  const where = describeChecked(scene, check);
  if (toText(id).toLowerCase() !== BRANCH_CONTROL) {
    return `The check ${toText(name) || toText(id)} on ${where} cannot be evaluated here; branch control can.`;
  }
  const inputs = toObject(settings.inputs);
  const allowed = toText(inputs.allowedBranches)
    .split(',')
    .map((branch) => branch.trim())
    .filter((branch) => branch !== '');
  for (const build of [scene.build, ...listLinked(scene)]) {
    const { branch } = build;
    if (allowed.length > 0 && !allowed.some((pattern) => toPattern(pattern).test(branch)))
      return `Branch control on ${where} failed: branch ${branch} is not among the allowed branches ${allowed.join(', ')}.`;
    if (
      isSet(inputs.ensureProtectionOfBranch) &&
      !isProtected(scene, build, branch, isSet(inputs.allowUnknownStatusBranch))
    )
      return `Branch control on ${where} failed: branch ${branch} is not protected by a policy.`;
  }
  return undefined;
}

/** The runs behind the pipeline resources. */
function listLinked({ organization, build }: Scene): readonly Build[] {
  const ids = Object.values(build.pipelineRuns);
  return organization.builds.filter(({ id }) => ids.includes(id));
}

function toPattern(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** Inputs of a task are text. */
function isSet(input: unknown): boolean {
  return String(input).toLowerCase() === 'true';
}

/** A branch is protected when one of its policies blocks. `unknown`: what counts for what is no branch. */
function isProtected({ world, organization }: Scene, build: Build, branch: string, unknown: boolean): boolean {
  const repository = organization.repositories.find(({ id }) => id === build.repositoryId);
  if (!repository || !branch.startsWith('refs/heads/')) return unknown;
  return blockingPolicies({ world, organization }, repository, branch).length > 0;
}
