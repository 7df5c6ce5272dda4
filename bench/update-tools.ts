import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Files } from '../packages/core/src/index.ts';

/** What every tool works with. */
export interface Workshop {
  /** Everything lies below it. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Node.js that runs our product, and the product. */
  readonly node: string;
  readonly bin: string;
  /** The templates' files then and now. */
  readonly versions: { readonly old: Files; readonly new: Files };
  /** A project of ours made from the old ones, with lock, base and manifest. */
  readonly project: Files;
}

/** One way to bring a project to newer templates. */
export interface Tool {
  readonly name: string;
  /** A project made from the old templates, committed. */
  readonly project: string;
  /** The update, to be run in a copy of it. */
  readonly argv: readonly string[];
}

/** Ours, as people get it. */
export function ourTool({ folder, env, node, bin, project }: Workshop): Tool {
  const target = join(folder, 'ours');
  writeFiles(target, project);
  commit(target, env);
  return { name: 'ours', project: target, argv: [node, bin, 'update', '--conflict=markers'] };
}

/** copier: a template repository with a tag a version; files that do not end in `.jinja` are copied as they are. */
export function copierTool(shop: Workshop): Tool {
  const template = makeTemplate(shop, 'copier-template', '', {
    'copier.yml': '_min_copier_version: "9.0.0"\n',
    '{{_copier_conf.answers_file}}.jinja': '{{ _copier_answers|to_nice_yaml }}',
  });
  const target = join(shop.folder, 'copier');
  run(shop, shop.folder, 'copier', ['copy', '--quiet', '--defaults', '--vcs-ref', '1.0.0', template, target]);
  commit(target, shop.env);
  return { name: 'copier', project: target, argv: ['copier', 'update', '--quiet', '--defaults', '--vcs-ref', '2.0.0'] };
}

/** cruft: a cookiecutter template that renders nothing but the folder's name. */
export function cruftTool(shop: Workshop): Tool {
  const template = makeTemplate(shop, 'cruft-template', '{{cookiecutter.project_slug}}/', {
    'cookiecutter.json': JSON.stringify({ project_slug: 'cruft', _copy_without_render: ['*'] }),
  });
  run(shop, shop.folder, 'cruft', ['create', '--no-input', '--checkout', '1.0.0', template]);
  const target = join(shop.folder, 'cruft');
  commit(target, shop.env);
  return { name: 'cruft', project: target, argv: ['cruft', 'update', '--skip-apply-ask', '--checkout', '2.0.0'] };
}

/** A repository whose tags 1.0.0 and 2.0.0 hold the old files and the new ones. */
function makeTemplate(shop: Workshop, name: string, below: string, own: Readonly<Record<string, string>>): string {
  const template = join(shop.folder, name);
  const manifest = shop.project.get('mlops.yaml');
  mkdirSync(template);
  run(shop, template, 'git', ['init', '--quiet']);
  for (const [tag, files] of [['1.0.0', shop.versions.old] as const, ['2.0.0', shop.versions.new] as const]) {
    run(shop, template, 'git', ['rm', '-r', '--quiet', '--force', '--ignore-unmatch', '.']);
    for (const [path, text] of Object.entries(own)) write(join(template, path), text);
    for (const [path, { contents }] of files) write(join(template, below, path), contents);
    if (manifest) write(join(template, below, 'mlops.yaml'), manifest.contents);
    run(shop, template, 'git', ['add', '--all', '--force']);
    run(shop, template, 'git', ['commit', '--quiet', '--message', tag]);
    run(shop, template, 'git', ['tag', tag]);
  }
  return template;
}

/** Commits everything in a folder, as a repository of its own. */
export function commit(folder: string, env: Workshop['env']): void {
  for (const args of [
    ['init', '--quiet'],
    ['add', '--all', '--force'],
    ['commit', '--quiet', '--allow-empty', '--message', 'Work'],
  ]) {
    // What git says of line ends would stand among the figures.
    execFileSync('git', args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

/** Starts a program and waits for its end. */
export function runTool(argv: readonly string[], folder: string, env: Workshop['env']) {
  const [file = '', ...args] = argv;
  return spawnSync(file, args, { cwd: folder, env, encoding: 'utf8' });
}

/** What a run took, milliseconds. */
export interface Time {
  readonly wall: number;
  /** Of the program and all that it started. */
  readonly cpu: number;
}

/** Node tells nobody what its children took; Python does. */
const TIME = `
import json, resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"wall": 1000 * (time.monotonic() - start), "cpu": 1000 * (used.ru_utime + used.ru_stime)}))
`;

/** Starts a program, waits for its end, and says what it took. */
export function timeTool(argv: readonly string[], folder: string, env: Workshop['env']): Time {
  return JSON.parse(runTool(['python3', '-c', TIME, ...argv], folder, env).stdout);
}

function run({ env }: Workshop, cwd: string, file: string, args: readonly string[]): void {
  execFileSync(file, [...args], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
}

function writeFiles(folder: string, files: Files): void {
  for (const [path, { contents }] of files) write(join(folder, path), contents);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
