import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, type TrialOptions, tryJob } from '../test-host.ts';

/** A host that keeps artifacts in a folder, those of a run behind an alias below it. */
function keepIn(folder: string): TrialOptions {
  const at = (name: string, alias = '.') => join(folder, 'kept', alias, name);
  return {
    host: {
      async publishArtifact(name, path) {
        if (existsSync(at(name))) throw new Error(`Artifact ${name} already exists for build 1.`);
        mkdirSync(at(name), { recursive: true });
        cpSync(path, statSync(path).isFile() ? join(at(name), basename(path)) : at(name), { recursive: true });
      },
      findArtifact: (name, alias) => (existsSync(at(name, alias)) ? at(name, alias) : undefined),
      listArtifacts: (alias) => (existsSync(at('', alias)) ? readdirSync(at('', alias)) : []),
    },
  };
}

const MAKE = '- bash: mkdir -p out/deep; echo 1 > out/a.txt; echo 2 > out/deep/b.bin\n';
const LIST = '- bash: cd "$PIPELINE_WORKSPACE"; find . -name "*.txt" -o -name "*.bin" | grep -v /s/ | sort\n';

describe('artifacts', () => {
  it.each([
    ['download: current\n  artifact: model', ['./model/a.txt', './model/deep/b.bin']],
    ['download: current', ['./model/a.txt', './model/deep/b.bin', './note/a.txt']],
    ["download: current\n  artifact: model\n  patterns: '**/*.bin'", ['./model/deep/b.bin']],
    ['download: current\n  patterns: |\n    model/**\n    !**/*.txt', ['./model/deep/b.bin']],
    [
      'task: DownloadPipelineArtifact@2\n  inputs: { artifactName: model, targetPath: $(Pipeline.Workspace)/x }',
      ['./x/a.txt', './x/deep/b.bin'],
    ],
    ['task: DownloadPipelineArtifact@2\n  inputs: { artifact: note }', ['./a.txt']],
    ['download: none', []],
  ])('%s', async (download, expected) => {
    using agent = makeFolder();
    const options = keepIn(agent.folder);
    await tryJob(
      agent.folder,
      `${MAKE}- publish: out\n  artifact: model\n- publish: out/a.txt\n  artifact: note\n`,
      options,
    );
    const { output, seen } = await tryJob(agent.folder, `- ${download}\n${LIST}`, options);
    expect(output(seen.steps.length - 1)).toEqual(expected);
  });

  it('of the run behind an alias go into a folder of its name', async () => {
    using agent = makeFolder();
    const options = keepIn(agent.folder);
    await tryJob(
      agent.folder,
      `${MAKE}- bash: mkdir -p ${agent.folder}/kept/retrain; cp -r out ${agent.folder}/kept/retrain/model\n`,
    );
    const { output } = await tryJob(agent.folder, `- download: retrain\n  artifact: model\n${LIST}`, options);
    expect(output(1)).toEqual(['./retrain/model/a.txt', './retrain/model/deep/b.bin']);
  });

  it.each([
    ['publish: nowhere\n  artifact: a', /^Path does not exist: /],
    ['publish: .\n  artifact: a/b', /^Artifact name is not valid: a\/b\. /],
    ['download: current\n  artifact: other', /^Artifact other was not found for build /],
    ['task: DownloadPipelineArtifact@2\n  inputs: { buildType: specific }', /of a run that resources\.pipelines names/],
  ])('%s fails', async (yaml, message) => {
    using agent = makeFolder();
    const { seen } = await tryJob(agent.folder, `- ${yaml}\n`, keepIn(agent.folder));
    expect(seen.steps[0]?.end).toEqual({
      result: 'Failed',
      issues: [{ type: 'error', message: expect.stringMatching(message) }],
    });
  });

  it('of the same name twice fail', async () => {
    using agent = makeFolder();
    const yaml = `${MAKE}- publish: out\n  artifact: a\n- publish: out\n  artifact: a\n`;
    const { seen } = await tryJob(agent.folder, yaml, keepIn(agent.folder));
    expect(seen.steps.map(({ end }) => end?.result)).toEqual(['Succeeded', 'Succeeded', 'Failed']);
  });
});
