/** A set of rights with one bit each. */
export interface SecurityNamespace {
  readonly id: string;
  readonly name: string;
  readonly readPermission: number;
  readonly writePermission: number;
  /** Bits that contributors hold by default, and readers. */
  readonly defaults: { readonly contributor: number; readonly reader: number };
  readonly actions: Readonly<Record<string, number>>;
}

/** Security namespace of Git repositories. */
export const GIT_NAMESPACE = '2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87';
/** Security namespace of builds and definitions. */
export const BUILD_NAMESPACE = '33344d9c-fc72-4d6f-aba5-fa317101a7e9';

/** Namespaces of what is served here. */
export const namespaces: readonly SecurityNamespace[] = [
  {
    id: GIT_NAMESPACE,
    name: 'Git Repositories',
    readPermission: 2,
    writePermission: 8192,
    defaults: { contributor: 2 | 4 | 16 | 32 | 64 | 16384, reader: 2 },
    actions: {
      Administer: 1,
      GenericRead: 2,
      GenericContribute: 4,
      ForcePush: 8,
      CreateBranch: 16,
      CreateTag: 32,
      ManageNote: 64,
      PolicyExempt: 128,
      CreateRepository: 256,
      DeleteRepository: 512,
      RenameRepository: 1024,
      EditPolicies: 2048,
      RemoveOthersLocks: 4096,
      ManagePermissions: 8192,
      PullRequestContribute: 16384,
      PullRequestBypassPolicy: 32768,
    },
  },
  {
    id: BUILD_NAMESPACE,
    name: 'Build',
    readPermission: 1024,
    writePermission: 16384,
    defaults: { contributor: 1 | 2 | 4 | 64 | 128 | 512 | 1024 | 2048 | 4096 | 32768 | 65536, reader: 1 | 1024 },
    actions: {
      ViewBuilds: 1,
      EditBuildQuality: 2,
      RetainIndefinitely: 4,
      DeleteBuilds: 8,
      ManageBuildQualities: 16,
      DestroyBuilds: 32,
      UpdateBuildInformation: 64,
      QueueBuilds: 128,
      ManageBuildQueue: 256,
      StopBuilds: 512,
      ViewBuildDefinition: 1024,
      EditBuildDefinition: 2048,
      DeleteBuildDefinition: 4096,
      OverrideBuildCheckInValidation: 8192,
      AdministerBuildPermissions: 16384,
      CreateBuildDefinition: 32768,
      EditPipelineQueueConfigurationPermission: 65536,
    },
  },
  {
    id: '49b48001-ca20-4adc-8111-5b60c903a50c',
    name: 'ServiceEndpoints',
    readPermission: 16,
    writePermission: 2,
    defaults: { contributor: 1 | 16, reader: 16 },
    actions: { Use: 1, Administer: 2, Create: 4, ViewAuthorization: 8, ViewEndpoint: 16 },
  },
  {
    id: 'b7e84409-6553-448a-bbb2-af228e07cbeb',
    name: 'Library',
    readPermission: 1,
    writePermission: 2,
    defaults: { contributor: 1 | 4, reader: 1 },
    actions: { View: 1, Administer: 2, Create: 4, ViewSecrets: 8, Use: 16, Owner: 32 },
  },
  {
    id: '83d4c2e6-e57d-4d6e-892b-b87222b7ad20',
    name: 'Environment',
    readPermission: 1,
    writePermission: 8,
    defaults: { contributor: 1 | 16 | 32, reader: 1 },
    actions: { View: 1, Manage: 2, ManageHistory: 4, Administer: 8, Use: 16, Create: 32 },
  },
  {
    id: '52d39943-cb85-4d7f-8fa8-c6baac873819',
    name: 'Project',
    readPermission: 1,
    writePermission: 2,
    defaults: { contributor: 1, reader: 1 },
    actions: { GENERIC_READ: 1, GENERIC_WRITE: 2, DELETE: 4 },
  },
];

/** A namespace by its identifier, whatever its case. */
export function findNamespace(id: string): SecurityNamespace | undefined {
  return namespaces.find((namespace) => namespace.id === id.toLowerCase());
}
