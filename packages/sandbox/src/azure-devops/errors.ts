/** An error that the service answers with: status, and the body every one of its services uses. */
export class ServiceError extends Error {
  readonly status: number;
  /** What clients match on: `GitRepositoryNotFoundException`. */
  readonly typeKey: string;
  /** What the body tells besides. */
  readonly customProperties: Readonly<Record<string, unknown>> | undefined;

  constructor(status: number, typeKey: string, message: string, customProperties?: Readonly<Record<string, unknown>>) {
    super(message);
    this.customProperties = customProperties;
    this.name = 'ServiceError';
    this.status = status;
    this.typeKey = typeKey;
  }
}

/** Where the service's own exception lives, for `typeName`; the beginning of its key decides. */
const NAMESPACES: readonly (readonly [RegExp, string])[] = [
  [/^Git/, 'Microsoft.TeamFoundation.Git.Server'],
  [/^Project/, 'Microsoft.TeamFoundation.Core.WebApi'],
  [/^(Definition|Folder|Build|AccessDenied)/, 'Microsoft.TeamFoundation.Build.WebApi'],
  [/^(Environment|VariableGroup|TaskAgent|Deployment)/, 'Microsoft.TeamFoundation.DistributedTask.WebApi'],
  [/ServiceConnection|^ServiceEndpoint/, 'Microsoft.VisualStudio.Services.ServiceEndpoints.WebApi'],
  [/^Policy/, 'Microsoft.TeamFoundation.Policy.WebApi'],
  [/^Pipeline/, 'Microsoft.Azure.Pipelines.WebApi'],
  [/^(Vss|Unauthorized|InvalidIdentity|AccessCheck|Identity)/, 'Microsoft.VisualStudio.Services.Common'],
];

/** The body of an error, in the form that all services share. */
export function toErrorBody({
  typeKey,
  message,
  customProperties,
}: {
  typeKey: string;
  message: string;
  customProperties?: Readonly<Record<string, unknown>> | undefined;
}): unknown {
  const namespace =
    NAMESPACES.find(([pattern]) => pattern.test(typeKey))?.[1] ?? 'Microsoft.VisualStudio.Services.WebApi';
  return {
    $id: '1',
    ...(customProperties ? { customProperties } : {}),
    innerException: null,
    message,
    typeName: `${namespace}.${typeKey}, ${namespace}`,
    typeKey,
    errorCode: 0,
    eventId: 3000,
  };
}

/** 400: the request itself is wrong. */
export function badRequest(message: string, typeKey = 'VssPropertyValidationException'): ServiceError {
  return new ServiceError(400, typeKey, message);
}
