import { type Answer, type Call, findQuery, findQueryList, type Handlers, list, ok } from './call.ts';
import { badRequest, ServiceError } from './errors.ts';
import type { Json } from './state.ts';
import { type Subject, subjectsOf } from './subjects.ts';

function describe(subject: Subject): Json {
  const text = ($value: string) => ({ $type: 'System.String', $value });
  return {
    id: subject.id,
    descriptor: subject.descriptor,
    subjectDescriptor: subject.subjectDescriptor,
    socialDescriptor: '',
    providerDisplayName: subject.kind === 'group' ? subject.principalName : subject.displayName,
    isActive: true,
    ...(subject.kind === 'group' ? { isContainer: true } : {}),
    members: [],
    memberOf: [],
    memberIds: [],
    properties: {
      SchemaClassName: text(subject.kind === 'group' ? 'Group' : 'User'),
      Description: text(''),
      Domain: text(subject.kind === 'service' ? 'Build' : ''),
      Account: text(subject.kind === 'group' ? subject.displayName : subject.principalName),
    },
    resourceVersion: 2,
    metaTypeId: subject.kind === 'service' ? 7 : 0,
  };
}

function searchIdentities(call: Call): Answer {
  const subjects = subjectsOf(call);
  const { identityId } = call.params;
  if (identityId !== undefined) {
    const subject = subjects.find(({ id, descriptor }) => id === identityId.toLowerCase() || descriptor === identityId);
    if (subject) return ok(describe(subject));
    throw new ServiceError(
      404,
      'IdentityNotFoundException',
      `The identity with identity ID ${identityId} could not be found.`,
    );
  }
  const keys: readonly (readonly [string, (subject: Subject) => string])[] = [
    ['descriptors', ({ descriptor }) => descriptor],
    ['subjectDescriptors', ({ subjectDescriptor }) => subjectDescriptor],
    ['identityIds', ({ id }) => id],
  ];
  for (const [name, keyOf] of keys) {
    const wanted = findQueryList(call, name);
    // In the answer each one that is not known leaves a gap.
    if (wanted) return list(wanted.map((key) => toNullable(subjects.find((subject) => keyOf(subject) === key))));
  }
  const filter = findQuery(call, 'searchFilter');
  const value = findQuery(call, 'filterValue')?.toLowerCase();
  if (filter === undefined || value === undefined) {
    throw badRequest('Value cannot be null.\r\nParameter name: searchFilter', 'ArgumentNullException');
  }
  return list(subjects.filter((subject) => fits(subject, filter.toLowerCase(), value)).map(describe));
}

function toNullable(subject: Subject | undefined): Json | null {
  return subject ? describe(subject) : null;
}

function fits({ displayName, principalName }: Subject, filter: string, value: string): boolean {
  const name = displayName.toLowerCase();
  const principal = principalName.toLowerCase();
  switch (filter) {
    case 'accountname':
    case 'mailaddress':
      return principal === value;
    case 'displayname':
      return name === value || principal === value;
    default:
      return name.startsWith(value) || principal.startsWith(value);
  }
}

/** Identities by name or descriptor. */
export const identityHandlers: Handlers = {
  identities: { GET: searchIdentities },
};
