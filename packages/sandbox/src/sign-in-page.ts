import type { SandboxReply } from './router.ts';

/** Azure DevOps answers a sign-in that has run out with a page and a status that looks like success. */
export function signInPage(): Exclude<SandboxReply, 'handled'> {
  return {
    status: 203,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!DOCTYPE html><html lang="en-US"><head><title>Azure DevOps Services | Sign In</title></head><body>Sign in</body></html>',
  };
}
