import type { AzRegistry } from '../sign-in/az/command.ts';
import type { Registry } from './registry.ts';
import type { RegistryTokens } from './tokens.ts';

/** The registry as `az acr` sees it. */
export function toAzRegistry({ repositories }: Registry, tokens: RegistryTokens, server: string): AzRegistry {
  return {
    server,
    grantPassword: (applicationId) => tokens.grant('refresh', { name: applicationId, mayPush: true }),
    hasRepository: (repository) => repositories.exists(repository),
    findDigest: (repository, reference) => repositories.findManifest(repository, reference)?.digest,
  };
}
