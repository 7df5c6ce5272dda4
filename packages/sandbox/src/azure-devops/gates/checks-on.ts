import type { Check } from '../state.ts';
import type { Scene } from './decide-stage.ts';

/** Kinds of checks, by the id of their type. */
export const CHECK = {
  approval: '8c6f20a7-a545-4486-9777-f762fafe0d4d',
  task: 'fe1de3ee-a436-41b4-bb20-f6eb4cb879a7',
  exclusiveLock: '2ef31ad6-baa0-403a-8b45-2cbc9b4e5563',
  requiredTemplate: '4020e66e-b0f3-47e1-bc88-48f3cc59b5f3',
} as const;

/** The checks of one kind on the resources of a stage, in the order in which they were made. */
export function listChecksOn({ organization, build, stage }: Scene, typeId: string): readonly Check[] {
  return organization.checks
    .filter(({ projectId, type }) => projectId === build.projectId && type.id === typeId)
    .filter(({ resource }) => stage.resources.some(({ type, id }) => type === resource.type && id === resource.id))
    .sort((a, b) => a.id - b.id);
}

/** A check's resource, for people: `environment churn-production`. */
export function describeChecked({ stage }: Scene, { resource }: Check): string {
  const name = stage.resources.find(({ type, id }) => type === resource.type && id === resource.id)?.name;
  return `${resource.type} ${name ?? resource.name ?? resource.id}`;
}
