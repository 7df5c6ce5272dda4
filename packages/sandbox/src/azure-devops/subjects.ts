import { toGuid } from '../identities.ts';
import type { Call } from './call.ts';
import { toBuildDescriptor, toBuildIdentityName, toDescriptor, toSubjectDescriptor } from './people.ts';
import { toDefaultTeam } from './project-form.ts';
import type { Organization, Project } from './state.ts';

/** Somebody or something that rights can be given to: a person, a group, a build identity. */
export interface Subject {
  readonly kind: 'user' | 'group' | 'service';
  readonly id: string;
  readonly displayName: string;
  /** Sign-in name, or `[Project]\\Group`. */
  readonly principalName: string;
  /** In access entries. */
  readonly descriptor: string;
  /** In the graph. */
  readonly subjectDescriptor: string;
  readonly projectId?: string;
}

const GROUPS = [
  'Build Administrators',
  'Contributors',
  'Project Administrators',
  'Project Valid Users',
  'Readers',
] as const;

/** Descriptor of a project as scope of the graph. */
export function toScopeDescriptor(project: Project): string {
  return `scp.${Buffer.from(project.id).toString('base64url')}`;
}

/** Everybody the organisation knows. */
export function subjectsOf(call: Call): readonly Subject[] {
  const { organization } = call;
  return [
    ...peopleOf(call),
    ...organization.projects.flatMap((project) => groupsOf(call, project)),
    ...organization.projects
      .filter(({ hasBuildIdentity }) => hasBuildIdentity)
      .map((project) => toBuildIdentity(organization, project)),
    toService(organization, organization.id, `Project Collection Build Service (${organization.name})`),
  ];
}

/** The people; the build identity is one per project and not among them. */
export function peopleOf(call: Call): readonly Subject[] {
  return call.world
    .identities()
    .filter(({ key }) => key !== 'pipelines')
    .map((identity) => ({
      kind: 'user',
      id: identity.id,
      displayName: identity.displayName,
      principalName: identity.account,
      descriptor: toDescriptor(identity),
      subjectDescriptor: toSubjectDescriptor(identity),
    }));
}

/** The groups of a project, its team among them. */
export function groupsOf(call: Call, project: Project): readonly Subject[] {
  const team = toDefaultTeam(call, project);
  return [
    ...GROUPS.map((name) => toGroup(project, name, toGuid(`group:${project.id}:${name}`))),
    toGroup(project, team.name, team.id),
  ];
}

function toGroup(project: Project, name: string, id: string): Subject {
  const sid = `S-1-9-1551374245-${id.replaceAll('-', '')}`;
  return {
    kind: 'group',
    id,
    displayName: name,
    principalName: `[${project.name}]\\${name}`,
    descriptor: `Microsoft.TeamFoundation.Identity;${sid}`,
    subjectDescriptor: `vssgp.${Buffer.from(sid).toString('base64url')}`,
    projectId: project.id,
  };
}

function toBuildIdentity(organization: Organization, project: Project): Subject {
  return toService(organization, project.id, toBuildIdentityName(organization, project));
}

function toService(organization: Organization, scopeId: string, displayName: string): Subject {
  const descriptor = toBuildDescriptor(organization, scopeId);
  return {
    kind: 'service',
    id: toGuid(`build:${organization.id}:${scopeId}`),
    displayName,
    principalName: scopeId,
    descriptor,
    subjectDescriptor: `svc.${Buffer.from(descriptor.split(';')[1] ?? '').toString('base64url')}`,
  };
}

/** Groups a subject is in directly: by role, and by what was added. */
export function containersOf(call: Call, subject: Subject): readonly string[] {
  const added = call.organization.memberships
    .filter((membership) => membership.subject === subject.subjectDescriptor)
    .map(({ container }) => container);
  const role = call.world.identities().find(({ id }) => id === subject.id)?.role;
  const groupName = {
    administrator: 'Project Administrators',
    contributor: 'Contributors',
    reader: 'Readers',
  } as const;
  const byRole =
    role === undefined || subject.kind !== 'user'
      ? []
      : call.organization.projects
          .flatMap((project) => groupsOf(call, project))
          .filter(({ displayName }) => displayName === groupName[role])
          .map(({ subjectDescriptor }) => subjectDescriptor);
  return [...new Set([...byRole, ...added])];
}
