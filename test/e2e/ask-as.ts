import type { OwnSandbox, Who } from './own-sandbox.ts';

/** Asks the local Azure DevOps as somebody, below the organisation; the answer's body, whatever its status. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all forms
export type AskAs = (who: Who, method: string, path: string, body?: unknown) => Promise<any>;

/** Makes it for a sandbox; writes go with version 7.1 unless the path says another. */
export function makeAskAs(sandbox: OwnSandbox): AskAs {
  return async (who, method, path, body) => {
    const url = new URL(`${sandbox.azureDevOps}/sandbox/${path}`);
    if (method !== 'GET' && !url.searchParams.has('api-version')) url.searchParams.set('api-version', '7.1');
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${sandbox.tokenOf(who)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.json();
  };
}

/** A colleague approves of a pull request in project `mlops`, and its author asks for completion. */
export async function approveAndComplete(ask: AskAs, repository: string, pullRequest: number): Promise<void> {
  const path = `mlops/_apis/git/repositories/${repository}/pullrequests/${pullRequest}`;
  const { id } = (await ask('colleague', 'GET', '_apis/connectionData')).authenticatedUser;
  await ask('colleague', 'PUT', `${path}/reviewers/${id}`, { vote: 10 });
  const { lastMergeSourceCommit } = await ask('you', 'GET', path);
  await ask('you', 'PATCH', path, { status: 'completed', lastMergeSourceCommit });
}
