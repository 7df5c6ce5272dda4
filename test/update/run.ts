import { execFileSync } from 'node:child_process';

/** Runs a program to its end. @returns what it printed @throws where it ends with another code than 0 */
export function run(file: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): string {
  return execFileSync(file, [...args], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
