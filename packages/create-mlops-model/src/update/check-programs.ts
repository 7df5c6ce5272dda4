import type { Environment } from '../services/http-agents.ts';
import { runBytes } from '../services/shell.ts';

/** Reads path → text from its input; prints path → problem for what does not compile. */
const CHECK = `
import json, sys
problems = {}
for path, text in json.load(sys.stdin).items():
    try:
        if path.endswith(".py"):
            compile(text, path, "exec", dont_inherit=True)
        else:
            import tomllib
            tomllib.loads(text)
    except Exception as error:
        problems[path] = f"{type(error).__name__}: {error}"
json.dump(problems, sys.stdout)
`;

/**
 * Lets Python look at merged Python and TOML files: path → problem. Where no Python is, nothing is found, and the pull
 * request's own checks do it.
 */
export async function checkPrograms(
  files: ReadonlyMap<string, string>,
  environment: Environment,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const programs = [...files].filter(([path]) => /\.(py|toml)$/.test(path));
  if (programs.length === 0) return new Map();
  const input = Buffer.from(JSON.stringify(Object.fromEntries(programs)));
  const inherited = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (const name of ['python3', 'python']) {
    // Isolated: nothing of the project is imported, whatever lies in the folder.
    const options = { folder, environment: Object.fromEntries(inherited), input };
    const { exitCode, stdout } = await runBytes(name, ['-I', '-S', '-c', CHECK], options);
    if (exitCode === 0) return new Map(Object.entries(JSON.parse(stdout.toString()) as Record<string, string>));
  }
  return new Map();
}
