import type { Principal } from '../principal.ts';
import type { Tokens } from '../tokens.ts';

/** What `az` is to do: say something, write files, run programs, in this order, and end. */
export interface AzReply {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Written where `az` was called, for this user alone. */
  readonly files?: readonly { readonly path: string; readonly text: string }[];
  /** Run one after another; the first that fails ends `az` with 1. */
  readonly programs?: readonly {
    readonly program: string;
    readonly words: readonly string[];
    readonly input: string;
  }[];
}

/** An image registry as `az acr` sees it. */
export interface AzRegistry {
  /** `host:port`. */
  readonly server: string;
  /** What `docker login` takes as the password of an application. */
  grantPassword(applicationId: string): string;
  hasRepository(repository: string): boolean;
  /** By tag or digest. */
  findDigest(repository: string, reference: string): string | undefined;
}

/** What the commands look into; filled in by the rooms that hold it. */
export interface AzServices {
  /** A registry by its name, without `.azurecr.io`. */
  readonly findRegistry: (name: string) => AzRegistry | undefined;
  /** A kubeconfig for somebody who signs in to a cluster with a token; `undefined`: there is no such cluster. */
  readonly findKubeconfig: (
    cluster: { readonly resourceGroup: string; readonly name: string },
    token: string,
  ) => string | undefined;
  /** Address of a machine-learning workspace's tracking server. */
  readonly findTrackingUri: (workspace: {
    readonly subscription: string;
    readonly resourceGroup: string;
    readonly name: string;
  }) => string | undefined;
}

/** One call of a command. */
export interface AzCall extends AzServices {
  readonly principal: Principal;
  readonly tokens: Tokens;
  /** How long a token is good for. */
  readonly seconds: number;
  /** Long name without dashes → value; `''` for a flag. */
  readonly options: Readonly<Record<string, string>>;
}

/** What a command answers: data that is printed as asked, or a whole reply. */
export type AzAnswer = { readonly data: unknown } | AzReply;

/** A command of `az`: one file each. */
export interface AzCommand {
  /** `account show`. */
  readonly words: string;
  /** Long name → what else it is called; `flag` takes no value. */
  readonly options: Readonly<
    Record<string, { readonly short?: string; readonly flag?: true; readonly required?: true }>
  >;
  run(call: AzCall): AzAnswer | Promise<AzAnswer>;
}

/** What a command cannot do. */
export class AzError extends Error {
  readonly exitCode: number;

  /** @param exitCode 2: the words are wrong · 3: there is no such resource · 1: all else; as the Azure CLI ends */
  constructor(exitCode: number, message: string) {
    super(message);
    this.name = 'AzError';
    this.exitCode = exitCode;
  }
}

/** In the words of Azure Resource Manager. @param type `Microsoft.ContainerService/managedClusters` */
export function missingResource(type: string, name: string, resourceGroup: string): AzError {
  return new AzError(
    3,
    `(ResourceNotFound) The Resource '${type}/${name}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}
