import type { SandboxRequest } from '../router.ts';
import { badRequest } from './errors.ts';
import type { Location } from './locations.ts';

/** The version a request asks for: in the Accept header (clients) or the query (people). */
export function findVersion(request: SandboxRequest): string | undefined {
  const accept = /api-version=([^;,\s]+)/i.exec(request.headers.accept ?? '')?.[1];
  return accept ?? request.query.get('api-version') ?? undefined;
}

/** Refuses a version that the place does not speak. @throws ServiceError 400 */
export function checkVersion(request: SandboxRequest, location: Location): void {
  const asked = findVersion(request);
  if (asked === undefined) {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    throw badRequest(
      `No api-version was supplied for the "${request.method}" request. The version must be supplied either as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter (e.g. "?api-version=1.0").`,
      'VssVersionNotSpecifiedException',
    );
  }
  const parsed = /^(\d+\.\d+)(-preview(?:\.\d+)?)?$/.exec(asked);
  const version = Number(parsed?.[1]);
  if (!parsed || version > Number(location.maxVersion) || version < Number(location.minVersion)) {
    throw badRequest(
      `The requested REST API version of ${asked} is out of range for this server. The latest REST API version this server supports is ${location.maxVersion}.`,
      'VssVersionOutOfRangeException',
    );
  }
  if (!parsed[2] && version > Number(location.releasedVersion)) {
    throw badRequest(
      `The requested version "${asked}" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: "${asked}-preview"`,
      'VssInvalidPreviewVersionException',
    );
  }
}
