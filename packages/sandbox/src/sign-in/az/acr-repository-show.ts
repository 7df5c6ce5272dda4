import { randomUUID } from 'node:crypto';
import { getRegistry } from './acr-login.ts';
import { type AzCommand, AzError } from './command.ts';

/** What a registry knows about an image. */
export const acrRepositoryShow: AzCommand = {
  words: 'acr repository show',
  options: { name: { short: 'n', required: true }, image: { short: 't', required: true } },
  run(call) {
    const { server, hasRepository, findDigest } = getRegistry(call);
    const [, repository = '', tag, given] = /^([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(call.options.image ?? '') ?? [];
    if (!hasRepository(repository)) throw missing(`repository "${repository}" is not found.`);
    const digest = findDigest(repository, given ?? tag ?? 'latest');
    if (digest === undefined) throw missing('the specified tag does not exist.');
    return { data: { registry: server, imageName: repository, name: tag ?? digest, digest } };
  },
};

function missing(what: string): AzError {
  return new AzError(1, `Error: ${what} Correlation ID: ${randomUUID()}.`);
}
