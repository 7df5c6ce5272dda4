import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder, type TrialOptions, tryJob } from '../test-host.ts';

/** A host whose connection `cloud` signs in with an `az` that says who it is. */
function makeSignIn(folder: string): { readonly options: TrialOptions; readonly isOpen: () => boolean } {
  const session = join(folder, 'session');
  const signIn = async (connection: string) => {
    if (connection !== 'cloud') throw new Error(`There is no service connection ${connection}.`);
    mkdirSync(session);
    writeFileSync(join(session, 'az'), '#!/bin/sh\necho "az of $AZURE_CONFIG_DIR: $*"\n');
    chmodSync(join(session, 'az'), 0o755);
    return {
      environment: { AZURE_CONFIG_DIR: 'mine' },
      path: session,
      close: () => rmSync(session, { recursive: true, force: true }),
    };
  };
  return { options: { host: { signIn } }, isOpen: () => existsSync(session) };
}

const step = (inputs: string, connection = 'cloud') =>
  `- task: AzureCLI@2\n  inputs: { azureSubscription: ${connection}, scriptType: bash, ${inputs} }\n`;

it('runs a script whose az is signed in, for as long as the step lasts', async () => {
  using agent = makeFolder();
  const { options, isOpen } = makeSignIn(agent.folder);
  const yaml = `${step('scriptLocation: inlineScript, inlineScript: az account show')}- bash: echo "\${AZURE_CONFIG_DIR##*/}"\n`;
  const { output } = await tryJob(agent.folder, yaml, options);
  expect(output(0)).toEqual(['az of mine: account show', expect.stringMatching(/^Signed out/)]);
  expect([output(1), isOpen()]).toEqual([['.azure'], false]);
});

it('hands arguments to a script of the repository, and to one in the pipeline', async () => {
  using agent = makeFolder();
  const sources = join(agent.folder, '_work', '1', 's');
  mkdirSync(sources, { recursive: true });
  writeFileSync(join(sources, 'do.sh'), 'echo "$# $2"\n');
  const words = `arguments: "one 'two three'"`;
  const yaml =
    step(`scriptLocation: scriptPath, scriptPath: do.sh, ${words}`) +
    step(`scriptLocation: inlineScript, inlineScript: 'echo "$# $2"', ${words}`);
  const { output } = await tryJob(agent.folder, yaml, makeSignIn(agent.folder).options);
  expect([output(0)[0], output(1)[0]]).toEqual(['2 two three', '2 two three']);
});

it('signs out and says the exit code when the script fails', async () => {
  using agent = makeFolder();
  const { options, isOpen } = makeSignIn(agent.folder);
  const { seen } = await tryJob(agent.folder, step('scriptLocation: inlineScript, inlineScript: exit 4'), options);
  expect(seen.steps[0]?.end).toEqual({
    result: 'Failed',
    issues: [{ type: 'error', message: 'Script failed with exit code: 4' }],
  });
  expect(isOpen()).toBe(false);
});

it('fails with the host’s words where it cannot sign in', async () => {
  using agent = makeFolder();
  const yaml = step('scriptLocation: inlineScript, inlineScript: echo never', 'other');
  const { seen } = await tryJob(agent.folder, yaml, makeSignIn(agent.folder).options);
  expect(seen.steps[0]?.end?.issues).toEqual([{ type: 'error', message: 'There is no service connection other.' }]);
});
