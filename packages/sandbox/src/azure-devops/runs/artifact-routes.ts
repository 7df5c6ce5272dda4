import { type Answer, type Call, findQuery, getProject, type Handlers, list, ok } from '../call.ts';
import { ServiceError } from '../errors.ts';
import type { Build, Json } from '../state.ts';
import { getBuild } from './find-build.ts';
import type { Artifact } from './run-record.ts';
import { toZip } from './zip.ts';

/** Where the content of an artifact is served; on the service that is a host of its own. */
function toContentUrl(call: Call, build: Build, { name }: Artifact): string {
  const id = `pipelineartifact://${call.organization.name}/projectId/${build.projectId}/buildId/${build.id}/artifactName/${name}`;
  return `${call.base}/${build.projectId}/_apis/artifact/${Buffer.from(id).toString('base64url')}/content`;
}

function describeArtifact(call: Call, build: Build, artifact: Artifact): Json {
  const { id, name, source, size } = artifact;
  const at = `${call.base}/${build.projectId}/_apis/build/builds/${build.id}/artifacts`;
  return {
    id,
    name,
    source,
    resource: {
      type: 'PipelineArtifact',
      data: source,
      properties: { artifactsize: String(size) },
      url: `${at}?artifactName=${encodeURIComponent(name)}&api-version=7.1`,
      downloadUrl: `${toContentUrl(call, build, artifact)}?format=zip`,
    },
  };
}

function getArtifact(call: Call, build: Build, name: string): Artifact {
  const { artifacts } = call.world.runs.open(call.organization, build).data;
  const artifact = artifacts.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (artifact) return artifact;
  throw new ServiceError(404, 'ArtifactNotFoundException', `Artifact ${name} was not found for build ${build.id}.`);
}

function showArtifacts(call: Call): Answer {
  const build = getBuild(call);
  const name = call.params.artifactName ?? findQuery(call, 'artifactName');
  if (name === undefined) {
    const { artifacts } = call.world.runs.open(call.organization, build).data;
    return list(artifacts.map((artifact) => describeArtifact(call, build, artifact)));
  }
  const artifact = getArtifact(call, build, name);
  const wantsZip = /application\/zip/i.test(call.request.headers.accept ?? '') || findQuery(call, '$format') === 'zip';
  return wantsZip ? sendZip(call, build, artifact) : ok(describeArtifact(call, build, artifact));
}

function sendZip(call: Call, build: Build, { name }: Artifact): Answer {
  const folder = call.world.runs.open(call.organization, build).toArtifactPath(name);
  return {
    status: 200,
    headers: {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}.zip`,
    },
    body: toZip(folder, name),
  };
}

/** The newer view: an address that is good for a while without signing in, where it is asked for. */
function showRunArtifact(call: Call): Answer {
  const build = getBuild(call, call.params.runId);
  const artifact = getArtifact(call, build, findQuery(call, 'artifactName') ?? '');
  const { name } = artifact;
  const at = `${call.base}/${build.projectId}/_apis/pipelines/${build.definitionId}/runs/${build.id}/artifacts`;
  return ok({ name, url: `${at}?artifactName=${encodeURIComponent(name)}` });
}

/** The content behind a `downloadUrl`; `undefined` for any other path. @throws ServiceError 404 */
export function findArtifactContent(call: Call, path: readonly string[]): Answer | undefined {
  const [project, apis, kind, id, content] = path;
  if (apis?.toLowerCase() !== '_apis' || kind !== 'artifact' || content !== 'content' || !project || !id)
    return undefined;
  const decoded = Buffer.from(id, 'base64url').toString('utf8');
  const [, buildId, name = ''] = /\/buildId\/(\d+)\/artifactName\/(.+)$/.exec(decoded) ?? [];
  const inProject = { ...call, params: { project } };
  getProject(inProject);
  const build = getBuild(inProject, buildId);
  return sendZip(inProject, build, getArtifact(inProject, build, name));
}

/** Files that runs keep. */
export const artifactHandlers: Handlers = {
  artifacts: { GET: showArtifacts },
  pipelineArtifacts: { GET: showRunArtifact },
};
