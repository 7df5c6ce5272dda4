import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getNpmProgram } from '../test/npm-program.ts';

/** POSIX path → text: what each peer is to write. */
export type Contents = ReadonlyMap<string, string>;

/** Other scaffolders, each set to write the same files as ours; create-vite can write only its own. */
export function preparePeers(folder: string, node: string, contents: Contents): { name: string; argv: string[] }[] {
  const vite = getNpmProgram({ package: 'create-vite', version: '9.3.0', program: 'create-vite' });
  const plop = getNpmProgram({ package: 'plop', version: '4.0.5', program: 'plop' });
  const hygen = getNpmProgram({ package: 'hygen', version: '6.2.11', program: 'hygen' });
  return [
    { name: 'create-vite react-ts', argv: [node, vite, '{dir}/app', '--template', 'react-ts', '--no-interactive'] },
    {
      name: 'plop addMany',
      argv: [node, plop, '--plopfile', preparePlop(folder, contents), '--dest', '{dir}', 'project', 'ottawa'],
    },
    {
      name: 'hygen',
      argv: [
        '/usr/bin/env',
        `HYGEN_TMPLS=${prepareHygen(folder, contents)}`,
        node,
        hygen,
        'project',
        'new',
        '--name',
        'ottawa',
      ],
    },
  ];
}

/** The peers' engines would take our files' own `{{` and `<%` for theirs. */
function disarm(text: string): string {
  return text.replaceAll('{{', '{ {').replaceAll('<%', '< %');
}

function preparePlop(folder: string, contents: Contents): string {
  const templates = join(folder, 'plop');
  for (const [path, text] of contents) write(join(templates, 'files', `${path}.hbs`), `{{name}}\n${disarm(text)}`);
  const plopfile = join(templates, 'plopfile.mjs');
  write(
    plopfile,
    `export default (plop) => plop.setGenerator('project', {
  prompts: [{ type: 'input', name: 'name' }],
  actions: [{ type: 'addMany', destination: plop.getDestBasePath(), base: 'files', templateFiles: 'files/**', globOptions: { dot: true }, verbose: false }],
});\n`,
  );
  return plopfile;
}

function prepareHygen(folder: string, contents: Contents): string {
  const templates = join(folder, 'hygen');
  let number = 0;
  for (const [path, text] of contents) {
    number += 1;
    write(join(templates, 'project', 'new', `${number}.ejs.t`), `---\nto: ${path}\n---\n<%= name %>\n${disarm(text)}`);
  }
  return templates;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
