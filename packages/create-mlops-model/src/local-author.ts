import { hostname, userInfo } from 'node:os';
import type { Author } from './services/git.ts';

/** Who commits where git's configuration names nobody and no service is asked. */
export function toLocalAuthor(): Author {
  const { username } = userInfo();
  return { name: username, email: `${username}@${hostname()}` };
}
