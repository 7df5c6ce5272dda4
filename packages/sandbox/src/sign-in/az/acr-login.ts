import { type AzCommand, AzError } from './command.ts';

/** Signs `docker` in to a registry. */
export const acrLogin: AzCommand = {
  words: 'acr login',
  options: { name: { short: 'n', required: true } },
  run: ({ options, principal }) => {
    throw missingRegistry(options.name ?? '', principal.subscription);
  },
};

/** In the words of `az acr`, which looks for a registry by its name alone. */
export function missingRegistry(name: string, subscription: { readonly id: string; readonly name: string }): AzError {
  return new AzError(
    1,
    `The resource with name '${name}' and type 'Microsoft.ContainerRegistry/registries' could not be found in subscription '${subscription.name} (${subscription.id})'.`,
  );
}
