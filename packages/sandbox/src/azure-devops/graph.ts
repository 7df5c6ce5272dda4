import {
  type Answer,
  type Call,
  findQuery,
  getBody,
  type Handlers,
  isObject,
  list,
  ok,
  toObject,
  toText,
} from './call.ts';
import { ServiceError } from './errors.ts';
import { requireRight } from './rights.ts';
import type { Json } from './state.ts';
import { containersOf, groupsOf, peopleOf, type Subject, subjectsOf, toScopeDescriptor } from './subjects.ts';

function describe(call: Call, subject: Subject): Json {
  const isGroup = subject.kind === 'group';
  const self = `${call.base}/_apis/Graph/${isGroup ? 'Groups' : 'Users'}/${subject.subjectDescriptor}`;
  return {
    subjectKind: isGroup ? 'group' : 'user',
    ...(isGroup ? { description: '' } : { directoryAlias: subject.principalName.split('@')[0] }),
    domain: isGroup ? `vstfs:///Classification/TeamProject/${subject.projectId}` : '',
    principalName: subject.principalName,
    mailAddress: isGroup ? null : subject.principalName,
    origin: isGroup ? 'vsts' : 'aad',
    originId: subject.id,
    displayName: subject.displayName,
    _links: { self: { href: self } },
    url: self,
    descriptor: subject.subjectDescriptor,
  };
}

function showDescriptor(call: Call): Answer {
  const key = call.params.storageKey?.toLowerCase();
  const project = call.organization.projects.find(({ id }) => id === key);
  const value = project ? toScopeDescriptor(project) : subjectsOf(call).find(({ id }) => id === key)?.subjectDescriptor;
  if (value !== undefined)
    return ok({ value, _links: { self: { href: `${call.base}/_apis/Graph/Descriptors/${key}` } } });
  throw new ServiceError(404, 'StorageKeyNotFoundException', `VS860016: Could not find storage key ${key}.`);
}

function getSubject(call: Call, descriptor: string): Subject {
  const subject = subjectsOf(call).find((candidate) => candidate.subjectDescriptor === descriptor);
  if (subject) return subject;
  throw new ServiceError(
    404,
    'GraphSubjectNotFoundException',
    `VS403325: The subject with descriptor '${descriptor}' was not found.`,
  );
}

function showGroups(call: Call): Answer {
  const { groupDescriptor } = call.params;
  if (groupDescriptor !== undefined) return ok(describe(call, getSubject(call, groupDescriptor)));
  const scope = findQuery(call, 'scopeDescriptor');
  const projects = call.organization.projects.filter(
    (project) => scope === undefined || toScopeDescriptor(project) === scope,
  );
  return list(projects.flatMap((project) => groupsOf(call, project)).map((group) => describe(call, group)));
}

function showUsers(call: Call): Answer {
  const { userDescriptor } = call.params;
  if (userDescriptor !== undefined) return ok(describe(call, getSubject(call, userDescriptor)));
  return list(peopleOf(call).map((person) => describe(call, person)));
}

function getMembership(call: Call): { subject: Subject; container: Subject; exists: boolean } {
  const subject = getSubject(call, call.params.subjectDescriptor ?? '');
  const container = getSubject(call, call.params.containerDescriptor ?? '');
  return { subject, container, exists: containersOf(call, subject).includes(container.subjectDescriptor) };
}

function addMembership(call: Call): Answer {
  const { subject, container, exists } = getMembership(call);
  requireRight(call, 'ManagePermissions', { token: container.principalName });
  if (!exists) {
    call.organization.memberships.push({ subject: subject.subjectDescriptor, container: container.subjectDescriptor });
  }
  return { status: 201, body: describeMembership(call, subject.subjectDescriptor, container.subjectDescriptor) };
}

function describeMembership(call: Call, memberDescriptor: string, containerDescriptor: string): Json {
  const self = `${call.base}/_apis/Graph/Memberships/${memberDescriptor}/${containerDescriptor}`;
  return { containerDescriptor, memberDescriptor, _links: { self: { href: self } } };
}

function removeMembership(call: Call): Answer {
  const { subject, container } = getMembership(call);
  requireRight(call, 'ManagePermissions', { token: container.principalName });
  call.organization.memberships = call.organization.memberships.filter(
    (entry) => entry.subject !== subject.subjectDescriptor || entry.container !== container.subjectDescriptor,
  );
  return { status: 200 };
}

function showMemberships(call: Call): Answer {
  const subject = getSubject(call, call.params.subjectDescriptor ?? '');
  const isDown = findQuery(call, 'direction')?.toLowerCase() === 'down';
  const pairs = isDown
    ? subjectsOf(call)
        .filter((member) => containersOf(call, member).includes(subject.subjectDescriptor))
        .map((member) => describeMembership(call, member.subjectDescriptor, subject.subjectDescriptor))
    : containersOf(call, subject).map((container) => describeMembership(call, subject.subjectDescriptor, container));
  return list(pairs);
}

function lookUpSubjects(call: Call): Answer {
  const { lookupKeys } = getBody(call);
  const wanted = Array.isArray(lookupKeys)
    ? lookupKeys.filter(isObject).map(({ descriptor }) => toText(descriptor))
    : [];
  const found = subjectsOf(call).filter(({ subjectDescriptor }) => wanted.includes(subjectDescriptor));
  return ok({
    value: Object.fromEntries(found.map((subject) => [subject.subjectDescriptor, describe(call, subject)])),
  });
}

/** Licences: everybody here has the basic one. */
function showEntitlements(call: Call): Answer {
  const filter = /name eq '([^']*)'/i
    .exec(findQuery(call, '$filter') ?? findQuery(call, 'filter') ?? '')?.[1]
    ?.toLowerCase();
  const members = peopleOf(call)
    .filter(
      (person) =>
        filter === undefined ||
        [person.displayName, person.principalName].some((text) => text.toLowerCase() === filter),
    )
    .map((person) => describeEntitlement(call, person));
  const { userId } = call.params;
  if (userId === undefined) return ok({ members, continuationToken: null, totalCount: members.length });
  const member = members.find(({ id }) => id === userId.toLowerCase());
  if (member) return ok(member);
  throw new ServiceError(404, 'MemberNotFoundException', `The member ${userId} was not found.`);
}

function describeEntitlement(call: Call, person: Subject): Json {
  return {
    id: person.id,
    user: toObject(describe(call, person)),
    accessLevel: {
      licensingSource: 'account',
      accountLicenseType: 'express',
      msdnLicenseType: 'none',
      licenseDisplayName: 'Basic',
      status: 'active',
      statusMessage: '',
      assignmentSource: 'unknown',
    },
    lastAccessedDate: '0001-01-01T00:00:00Z',
    dateCreated: '2026-01-01T00:00:00Z',
    projectEntitlements: [],
    extensions: [],
    groupAssignments: [],
  };
}

/** People, groups and who is in which. */
export const graphHandlers: Handlers = {
  graphDescriptors: { GET: showDescriptor },
  graphGroups: { GET: showGroups },
  graphUsers: { GET: showUsers },
  graphMemberships: {
    PUT: addMembership,
    HEAD: (call) => ({ status: getMembership(call).exists ? 200 : 404 }),
    DELETE: removeMembership,
  },
  graphMembershipLists: { GET: showMemberships },
  graphSubjectLookup: { POST: lookUpSubjects },
  userEntitlements: { GET: showEntitlements },
  userEntitlementList: { GET: showEntitlements },
};
