import type { Call, DatabricksRoute } from './world.ts';

/** The number in every workspace's URL and in the `X-Databricks-Org-Id` header. */
export const WORKSPACE_ID = '7405610917420881';

/** Who the caller is. */
export const identityRoutes: readonly DatabricksRoute[] = [
  {
    method: 'GET',
    template: '/api/2.0/preview/scim/v2/Me',
    handle: (_request, _params, call) => ({
      status: 200,
      body: describe(call),
      headers: { 'x-databricks-org-id': WORKSPACE_ID },
    }),
  },
];

function describe({ caller }: Call): Record<string, unknown> {
  const groups = ['users', ...(caller.role === 'administrator' ? ['admins'] : [])];
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id: String(Number.parseInt(caller.id.slice(0, 8), 16)),
    externalId: caller.id,
    userName: caller.account,
    displayName: caller.displayName,
    active: true,
    emails: [{ type: 'work', value: caller.account, primary: true }],
    groups: groups.map((display, index) => ({ display, type: 'direct', value: String(index + 1) })),
  };
}
