import { TOKEN_USER } from '../../registry/tokens.ts';
import { type AzCommand, AzError, type AzRegistry, type AzServices } from './command.ts';

/** Signs `docker` in to a registry. */
export const acrLogin: AzCommand = {
  words: 'acr login',
  options: { name: { short: 'n', required: true } },
  run(call) {
    const { server, grantPassword } = getRegistry(call);
    const input = grantPassword(call.principal.applicationId);
    const words = ['login', server, '--username', TOKEN_USER, '--password-stdin'];
    return { exitCode: 0, stdout: '', stderr: '', programs: [{ program: 'docker', words, input }] };
  },
};

/** The registry that `--name` names. @throws AzError in the words of `az acr`, which looks for a registry by its name alone */
export function getRegistry({
  options,
  principal: { subscription },
  findRegistry,
}: Pick<Parameters<AzCommand['run']>[0], 'options' | 'principal'> & Pick<AzServices, 'findRegistry'>): AzRegistry {
  const name = (options.name ?? '').replace(/\.azurecr\.io$/, '');
  const found = findRegistry(name);
  if (found) return found;
  throw new AzError(
    1,
    `The resource with name '${name}' and type 'Microsoft.ContainerRegistry/registries' could not be found in subscription '${subscription.name} (${subscription.id})'.`,
  );
}
