import { type Answer, type Call, getBody, getProject, type Handlers, list, ok } from './call.ts';
import { badRequest, ServiceError } from './errors.ts';
import { toIdentityRef } from './people.ts';
import { PROCESSES } from './project-defaults.ts';
import { toDefaultTeam } from './project-form.ts';
import { getKnownProject } from './projects.ts';
import { requireRight } from './rights.ts';
import type { Project } from './state.ts';

function showOperation(call: Call): Answer {
  const operation = call.organization.operations.find(({ id }) => id === call.params.operationId);
  if (!operation)
    throw new ServiceError(
      404,
      'OperationNotFoundException',
      `The operation ${call.params.operationId} was not found.`,
    );
  return ok({
    id: operation.id,
    status: operation.readyAt <= Date.now() ? 'succeeded' : 'inProgress',
    url: `${call.base}/_apis/operations/${operation.id}`,
    _links: { self: { href: `${call.base}/_apis/operations/${operation.id}` } },
  });
}

function describeTeam(call: Call, project: Project): unknown {
  const team = toDefaultTeam(call, project);
  return {
    ...team,
    description: 'The default project team.',
    identityUrl: `${call.base}/_apis/Identities/${team.id}`,
    projectName: project.name,
    projectId: project.id,
  };
}

function showTeams(call: Call): Answer {
  const project = getKnownProject(call);
  const team = describeTeam(call, project);
  const wanted = call.params.teamId;
  if (wanted === undefined) return list([team]);
  getTeam(call, project, wanted);
  return ok(team);
}

function getTeam(call: Call, project: Project, wanted: string): void {
  const { id, name } = toDefaultTeam(call, project);
  if (wanted === id || wanted.toLowerCase() === name.toLowerCase()) return;
  throw new ServiceError(404, 'TeamNotFoundException', `The team with id '${wanted}' does not exist.`);
}

function showMembers(call: Call): Answer {
  getTeam(call, getKnownProject(call), call.params.teamId ?? '');
  const people = call.world.identities().filter(({ key }) => key !== 'pipelines');
  return list(
    people.map(({ id, role }) => ({ isTeamAdmin: role === 'administrator', identity: toIdentityRef(call, id) })),
  );
}

function updateGeneralSettings(call: Call): Answer {
  const project = getProject(call);
  const body = getBody(call);
  requireRight(call, 'ManageProject', { project, token: `$PROJECT:vstfs:///Classification/TeamProject/${project.id}` });
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'boolean') throw badRequest(`Value cannot be null.\r\nParameter name: ${name}`);
    project.generalSettings = { ...project.generalSettings, [name]: value };
  }
  return ok(project.generalSettings);
}

function showProcesses(call: Call): Answer {
  const processes = PROCESSES.map((process) => ({
    ...process,
    description: '',
    type: 'system',
    url: `${call.base}/_apis/process/processes/${process.id}`,
  }));
  if (call.params.processId === undefined) return list(processes);
  const process = processes.find(({ id }) => id === call.params.processId);
  if (process) return ok(process);
  throw new ServiceError(
    404,
    'ProcessTemplateNotFoundByIdException',
    `VS402394: The process template ${call.params.processId} does not exist.`,
  );
}

/** What belongs to a project as a whole. */
export const projectPartHandlers: Handlers = {
  operations: { GET: showOperation },
  processes: { GET: showProcesses },
  teams: { GET: showTeams },
  allTeams: { GET: (call) => list(call.organization.projects.map((project) => describeTeam(call, project))) },
  members: { GET: showMembers },
  generalSettings: { GET: (call) => ok(getProject(call).generalSettings), PATCH: updateGeneralSettings },
};
