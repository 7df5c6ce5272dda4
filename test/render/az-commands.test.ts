import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Files } from '../../packages/core/src/index.ts';
import { AZ_COMMANDS } from '../../packages/sandbox/src/sign-in/az/commands.ts';
import { parseWords } from '../../packages/sandbox/src/sign-in/az/parse-words.ts';
import { renderProject, writeProject } from '../../scripts/render.ts';
import { aManifest } from '../build.ts';
import { requireTool } from '../require-tool.ts';
import { listCases } from './cases.ts';
import { type Ended, runProgram } from './python-project.ts';

/** A command of the Azure CLI in a rendered file. */
interface Command {
  readonly file: string;
  readonly line: number;
  readonly words: readonly string[];
}

/** What a script has in it that people do not read: everything but the documents. */
const isScript = (path: string) => !path.endsWith('.md');

/** Addresses of this very machine, and why each file names one. */
const LOCAL: Readonly<Record<string, string>> = {
  'pipelines/deploy/local_deploy_test.py': 'starts the service on the agent and asks it',
  'notebooks/azure_identity.py': 'gives its own process a managed identity',
};

describe.each(listCases())('%s', (_name, manifest) => {
  let files: Files;
  beforeAll(async () => {
    files = await renderProject(manifest);
  });

  it('has no word of the sandbox in its scripts', () => {
    const named = [...files].filter(([path, { contents }]) => isScript(path) && /sandbox|bac à sable/i.test(contents));
    expect(named.map(([path]) => path)).toEqual([]);
  });

  it('names this machine only where a script speaks to itself', () => {
    const named = [...files]
      .filter(([, { contents }]) => /127\.0\.0\.1|localhost/.test(contents))
      .map(([path]) => path);
    expect(named.filter((path) => !/\/tests\//.test(path)).sort()).toEqual(Object.keys(LOCAL).sort());
  });

  it('calls no az from YAML or shell, where nothing would check its words', () => {
    const named = [...files].filter(([path]) => /\.(ya?ml|sh)$/.test(path));
    expect(named.length).toBeGreaterThan(5);
    const calls = named.flatMap(([path, { contents }]) =>
      contents
        .split('\n')
        .filter((line) => /(^|[\s;&|(`"'])az\s+[a-z]/.test(line.replace(/#.*$/, '')))
        .map((line) => `${path}: ${line}`),
    );
    expect(calls).toEqual([]);
  });
});

requireTool('python3')('every az of the scripts', () => {
  let folder: string;
  let commands: readonly Command[];
  let scripts: readonly string[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'az-commands-'));
    const files = await renderProject(aManifest());
    writeProject(files, folder);
    scripts = [...files.keys()].filter((path) => path.endsWith('.py') && !path.includes('/tests/'));
    const collector = join(import.meta.dirname, 'collect_az.py');
    commands = JSON.parse(execFileSync('python3', [collector, ...scripts], { cwd: folder, encoding: 'utf8' }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** `az` without an account: words that it takes end with 1 (nobody is signed in), others with 2. */
  const tell = (words: readonly string[]): Promise<Ended> =>
    runProgram('az', words, folder, {
      HOME: folder,
      AZURE_CONFIG_DIR: join(folder, '.azure'),
      AZURE_CORE_COLLECT_TELEMETRY: 'false',
      AZURE_EXTENSION_USE_DYNAMIC_INSTALL: 'no',
      PATH: `/usr/bin:${process.env.PATH}`,
    });

  test('is found: these and no others', () => {
    expect(commands.map(({ file, words }) => `${file}: az ${words.join(' ')}`).sort()).toEqual([
      'pipelines/ci-train/azure_cli.py: az account get-access-token --resource VALUE --output json',
      'pipelines/deploy/build_push_image.py: az acr login --name VALUE',
      'pipelines/deploy/build_push_image.py: az acr repository show --name VALUE --image VALUE --query digest --output tsv',
      'pipelines/deploy/rollout.py: az aks get-credentials --resource-group VALUE --name VALUE --file VALUE --overwrite-existing',
    ]);
  });

  test('is answered by the agent’s own az', () => {
    for (const { words } of commands) expect(() => parseWords(AZ_COMMANDS, words)).not.toThrow();
  });

  requireTool('az')('and Microsoft’s own CLI', () => {
    test('takes the words of each', async () => {
      for (const { words } of commands) expect(await tell(words), words.join(' ')).toMatchObject({ code: 1 });
      const [first] = commands;
      expect((await tell([...(first?.words ?? []), '--no-such-option'])).code).toBe(2);
    });

    test.each(
      AZ_COMMANDS.filter(({ words }) => !words.startsWith('ml ')).map((command) => [command.words, command] as const),
    )('knows every option that ours takes: %s', async (name, { options }) => {
      const long = Object.entries(options).flatMap(([option, { flag }]) => [`--${option}`, ...(flag ? [] : ['x'])]);
      const short = Object.entries(options).flatMap(([option, { short: letter, flag, required }]) => {
        if (letter === undefined && !required) return [];
        return [letter === undefined ? `--${option}` : `-${letter}`, ...(flag ? [] : ['x'])];
      });
      for (const words of [long, short]) {
        expect(await tell([...name.split(' '), ...words]), words.join(' ')).toMatchObject({ code: 1 });
      }
    });
  });

  test('of the ml extension, which is not installed here, has the options that its page lists', () => {
    // learn.microsoft.com/cli/azure/ml/workspace#az-ml-workspace-show
    const documented = [
      'name',
      'resource-group',
      'all',
      'all-kinds',
      'query',
      'output',
      'subscription',
      'only-show-errors',
    ];
    const ours = AZ_COMMANDS.filter(({ words }) => words.startsWith('ml '));
    expect(ours.map(({ words }) => words)).toEqual(['ml workspace show']);
    for (const option of Object.keys(ours[0]?.options ?? {})) expect(documented).toContain(option);
  });
});
