import { missingRegistry } from './acr-login.ts';
import type { AzCommand } from './command.ts';

/** What a registry knows about a repository or an image. */
export const acrRepositoryShow: AzCommand = {
  words: 'acr repository show',
  options: { name: { short: 'n', required: true }, image: { short: 't' }, repository: {} },
  run: ({ options, principal }) => {
    throw missingRegistry(options.name ?? '', principal.subscription);
  },
};
