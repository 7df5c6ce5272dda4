import type { AzCommand } from './command.ts';

/** Whom the session is signed in as. */
export const accountShow: AzCommand = {
  words: 'account show',
  options: {},
  run: ({ principal: { applicationId, tenant, subscription } }) => ({
    data: {
      environmentName: 'AzureCloud',
      homeTenantId: tenant,
      id: subscription.id,
      isDefault: true,
      managedByTenants: [],
      name: subscription.name,
      state: 'Enabled',
      tenantId: tenant,
      user: { name: applicationId, type: 'servicePrincipal' },
    },
  }),
};
