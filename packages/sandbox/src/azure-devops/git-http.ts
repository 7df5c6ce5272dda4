import { spawn } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { type Answer, type Call, findProject } from './call.ts';
import { ServiceError } from './errors.ts';
import { adoptFirstBranch, gitEnvironment } from './git.ts';
import { findPushRefusal } from './push-rules.ts';
import { parseCommands, type RefCommand, withReasons } from './receive-pack.ts';
import { findRepository, toRepositoryToken } from './repositories.ts';
import { requireRight } from './rights.ts';
import { noteMoved, settlePullRequests } from './settle-pull-requests.ts';
import type { Repository } from './state.ts';
import { toGitFolder } from './world.ts';

/** Git's smart protocol at `{project}/_git/{repository}` and `_git/{repository}`. */
export async function answerGit(call: Call, path: readonly string[]): Promise<Answer> {
  const at = path.indexOf('_git');
  const repository = findTarget(call, path.slice(0, at), path[at + 1]);
  if (!repository) throw repositoryMissing(path[at + 1] ?? '');
  const rest = path.slice(at + 2).join('/');
  const service = findService(call, rest);
  if (!service) return { status: 404, body: `TF401019: not found: ${rest}` };
  if (service === 'git-receive-pack') requireRight(call, 'GenericContribute', pushScope(call, repository));
  const body = call.request.headers['content-encoding'] === 'gzip' ? gunzipSync(call.request.body) : call.request.body;
  if (rest !== 'git-receive-pack') return runBackend(call, repository, rest, body, []);
  // In turn with all other changes: a pull request is not completed while its source moves.
  const reply = await call.world.inTurn(() => receive(call, repository, rest, body));
  settlePullRequests(call.world);
  return reply;
}

function pushScope(call: Call, repository: Repository) {
  const project = findProject(call.organization, repository.projectId);
  return { ...(project ? { project } : {}), token: toRepositoryToken(repository) };
}

async function receive(call: Call, repository: Repository, rest: string, body: Buffer): Promise<Answer> {
  const commands = parseCommands(body);
  const refusals = new Map<string, string>();
  for (const command of commands) {
    const reason = findPushRefusal(call, repository, command);
    if (reason !== undefined) refusals.set(command.ref, reason);
  }
  const reply = await runBackend(call, repository, rest, body, [...refusals.keys()]);
  if (commands.some(isBranch)) await adoptFirstBranch(toGitFolder(call.world, repository));
  const refs = commands.map(({ ref }) => ref);
  noteMoved(call, repository, refs, call.identity.id);
  return Buffer.isBuffer(reply.body) ? { ...reply, body: withReasons(reply.body, refusals) } : reply;
}

function isBranch({ ref }: RefCommand): boolean {
  return ref.startsWith('refs/heads/');
}

function findTarget(call: Call, before: readonly string[], name: string | undefined): Repository | undefined {
  if (name === undefined || before.length > 1) return undefined;
  // Without a project in the address it is the repository that bears its project's name.
  const project = findProject(call.organization, before[0] ?? name);
  const repository = project && findRepository(call.organization, name, project);
  return repository?.isDisabled ? undefined : repository;
}

function findService(call: Call, rest: string): string | undefined {
  const { method, query } = call.request;
  const services = ['git-upload-pack', 'git-receive-pack'];
  if (method === 'GET' && rest === 'info/refs') return services.find((service) => service === query.get('service'));
  return method === 'POST' ? services.find((service) => service === rest) : undefined;
}

function repositoryMissing(name: string): ServiceError {
  return new ServiceError(
    404,
    'GitRepositoryNotFoundException',
    `TF401019: The Git repository with name or identifier ${name} does not exist or you do not have permissions for the operation you are attempting.`,
  );
}

function runBackend(
  call: Call,
  repository: Repository,
  rest: string,
  body: Buffer,
  refused: readonly string[],
): Promise<Answer> {
  const { request, identity, world } = call;
  const protocol = request.headers['git-protocol'];
  const env = gitEnvironment({
    GIT_PROJECT_ROOT: toGitFolder(world, repository),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${rest}`,
    REQUEST_METHOD: request.method,
    QUERY_STRING: request.query.toString(),
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    CONTENT_LENGTH: String(body.length),
    REMOTE_USER: identity.account,
    REMOTE_ADDR: '127.0.0.1',
    SANDBOX_REFUSED_REFS: refused.join('\n'),
    ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
  });
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], { env });
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stdin.on('error', () => {}); // the backend may answer before it has read everything
    child.on('error', reject);
    child.on('close', () => resolve(parseCgi(Buffer.concat(out))));
    child.stdin.end(body);
  });
}

/** A CGI answer: headers, an empty line, the body. */
function parseCgi(output: Buffer): Answer {
  const end = output.indexOf('\r\n\r\n');
  const lines = output.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { status = end < 0 ? '500' : '200', ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(end + 4) };
}
