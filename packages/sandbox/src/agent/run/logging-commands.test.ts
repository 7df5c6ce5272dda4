import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLoggingCommand } from './logging-command.ts';
import { makeFolder, type Trial, type TrialOptions, tryJob } from './test-host.ts';

interface Case {
  readonly title: string;
  /** What the first step's script does; the second one prints what it is told to. */
  readonly script: string;
  readonly after?: string;
  readonly options?: TrialOptions;
  readonly look: (trial: Trial) => unknown;
  readonly expected: unknown;
}

const second = ({ output }: Trial) => output(1);
const issues = ({ seen }: Trial) => seen.steps[0]?.end?.issues;
const result = ({ seen }: Trial) => seen.steps[0]?.end?.result;
const calls = ({ seen }: Trial) => seen.calls.map((call) => call.replace(/ \/\S*\//, ' …/'));
const failure = (trial: Trial) => [result(trial), issues(trial)?.at(-1)?.message];

// MicrosoftDocs scripts/logging-commands, in its order; texts of refusals from the agent's own.
const CASES: readonly Case[] = [
  {
    title: 'logissue: an error does not fail the step',
    script: "echo '##vso[task.logissue type=error]Something went very wrong.'",
    look: (trial) => [result(trial), issues(trial)],
    expected: ['Succeeded', [{ type: 'error', message: 'Something went very wrong.' }]],
  },
  {
    title: 'logissue: a warning about a place in a file',
    script:
      'echo "##vso[task.logissue type=warning;sourcepath=$BUILD_SOURCESDIRECTORY/app/main.py;linenumber=1;columnnumber=2;code=100;]Found."',
    look: issues,
    expected: [{ type: 'warning', message: 'app/main.py(1,2): warning 100: Found.', file: 'app/main.py', line: 1 }],
  },
  {
    title: 'logissue of an unknown type',
    script: "echo '##vso[task.logissue type=hint]x'",
    look: failure,
    expected: ['Failed', 'issue type hint is not an expected issue type.'],
  },
  {
    title: 'setprogress says nothing in the log',
    script: "echo '##vso[task.setprogress value=50;]half'; echo after",
    look: ({ output }) => output(0),
    expected: ['after'],
  },
  {
    title: 'complete: failed in spite of exit code 0',
    script: "echo '##vso[task.complete result=Failed;]done'",
    look: result,
    expected: 'Failed',
  },
  {
    title: 'complete: with issues',
    script: "echo '##vso[task.complete result=SucceededWithIssues;]'",
    look: ({ end }) => end.result,
    expected: 'SucceededWithIssues',
  },
  {
    title: 'complete does not make a failure good',
    script: "echo '##vso[task.complete result=Succeeded;]'; exit 1",
    look: result,
    expected: 'Failed',
  },
  {
    title: 'complete without a result',
    script: "echo '##vso[task.complete]'",
    look: failure,
    expected: ['Failed', "Command doesn't have valid result value."],
  },
  {
    title: 'setvariable: from the next step on',
    script: 'echo \'##vso[task.setvariable variable=sauce;]crushed tomatoes\'; echo "[$SAUCE]"',
    after: 'echo "$SAUCE, $(sauce)"',
    look: ({ output }) => [output(0), output(1)],
    expected: [['[]'], ['crushed tomatoes, crushed tomatoes']],
  },
  {
    title: 'setvariable: on the standard error stream as well',
    script: "echo '##vso[task.setvariable variable=sauce]tomatoes' >&2",
    after: 'echo "$SAUCE"',
    look: second,
    expected: ['tomatoes'],
  },
  {
    title: 'setvariable: a secret is masked and in no environment',
    script: "echo '##vso[task.setvariable variable=secretSauce;issecret=true]with garlic'; echo with garlic",
    after: 'echo "[$SECRETSAUCE] $(secretSauce)"',
    look: ({ output }) => [output(0), output(1)],
    expected: [['***'], ['[] ***']],
  },
  {
    title: 'setvariable: once secret, always secret',
    script:
      "echo '##vso[task.setvariable variable=s;issecret=true]first one'; echo '##vso[task.setvariable variable=s]second one'",
    after: 'echo "[$S] $(s)"',
    look: second,
    expected: ['[] ***'],
  },
  {
    title: 'setvariable: escaped characters',
    script: "echo '##vso[task.setvariable variable=a%3Bb]1%0A2%5D%AZP253B'",
    after: 'printf "%s" "$(a;b)"',
    look: second,
    expected: ['1', '2]%3B'],
  },
  {
    title: 'setvariable: no name',
    script: "echo '##vso[task.setvariable]x'",
    look: failure,
    expected: ['Failed', "Required field 'variable' is missing in ##vso[task.setvariable] command."],
  },
  {
    title: 'setvariable: one that is read-only',
    script: "echo '##vso[task.setvariable variable=fixed]other'",
    options: { variables: { fixed: { value: 'x', isReadOnly: true } } },
    look: failure,
    expected: ['Failed', expect.stringContaining("Overwriting readonly variable 'fixed' is not permitted.")],
  },
  {
    title: 'setvariable: one of the agent itself',
    script: "echo '##vso[task.setvariable variable=agent.tempdirectory]/tmp'",
    look: result,
    expected: 'Failed',
  },
  {
    title: 'setvariable: read-only from here on',
    script: "echo '##vso[task.setvariable variable=a;isreadonly=true]1'; echo '##vso[task.setvariable variable=a]2'",
    look: result,
    expected: 'Failed',
  },
  {
    title: 'setvariable: a secret of several lines',
    script: "echo '##vso[task.setvariable variable=key;issecret=true]one line%0Aother line'; echo one line",
    look: (trial) => [failure(trial), trial.output(0).filter((line) => line.includes('line'))],
    expected: [['Failed', 'Secrets cannot contain multiple lines'], ['##[error]Secrets cannot contain multiple lines']],
  },
  {
    title: 'setsecret',
    script: "echo '##vso[task.setsecret]derived'; echo so derived it is",
    look: ({ output }) => output(0),
    expected: ['so *** it is'],
  },
  {
    title: 'prependpath: for the steps after it, the last one first',
    script:
      'mkdir -p "$AGENT_TEMPDIRECTORY/a" "$AGENT_TEMPDIRECTORY/b"; for f in a b; do printf "#!/bin/sh\\necho $f\\n" > "$AGENT_TEMPDIRECTORY/$f/tool"; chmod +x "$AGENT_TEMPDIRECTORY/$f/tool"; echo "##vso[task.prependpath]$AGENT_TEMPDIRECTORY/$f"; done',
    after: 'tool',
    look: second,
    expected: ['b'],
  },
  {
    title: 'uploadsummary',
    script: 'echo "# x" > "$AGENT_TEMPDIRECTORY/x.md"; echo "##vso[task.uploadsummary]$AGENT_TEMPDIRECTORY/x.md"',
    look: calls,
    expected: ['attachFile Distributedtask.Core.Summary summary …/x.md'],
  },
  {
    title: 'uploadsummary of a file that is not there',
    script: "echo '##vso[task.uploadsummary]/nowhere/x.md'",
    look: result,
    expected: 'Failed',
  },
  {
    title: 'addattachment',
    script: 'touch "$AGENT_TEMPDIRECTORY/f"; echo "##vso[task.addattachment type=t;name=n;]$AGENT_TEMPDIRECTORY/f"',
    look: calls,
    expected: ['attachFile t n …/f'],
  },
  {
    title: 'debug: shown where the run is debugged',
    script: "echo '##vso[task.debug]deep inside'",
    options: { variables: { 'system.debug': 'true' } },
    look: ({ output }) => output(0),
    expected: ['##[debug]deep inside'],
  },
  {
    title: 'debug: not shown anywhere else',
    script: "echo '##vso[task.debug]deep inside'",
    look: ({ output }) => output(0),
    expected: [],
  },
  {
    title: 'artifact.upload',
    script:
      'touch "$AGENT_TEMPDIRECTORY/f"; echo "##vso[artifact.upload containerfolder=x;artifactname=out]$AGENT_TEMPDIRECTORY/f"',
    look: calls,
    expected: ['publishArtifact out …/f'],
  },
  {
    title: 'artifact.upload: what the host refuses fails the step',
    script: 'touch "$AGENT_TEMPDIRECTORY/f"; echo "##vso[artifact.upload artifactname=out]$AGENT_TEMPDIRECTORY/f"',
    options: { host: { publishArtifact: () => Promise.reject(new Error('The name is taken.')) } },
    look: failure,
    expected: ['Failed', 'The name is taken.'],
  },
  {
    title: 'build.updatebuildnumber',
    script: "echo '##vso[build.updatebuildnumber]my-new-number'",
    after: 'echo "$BUILD_BUILDNUMBER"',
    look: (trial) => [calls(trial), second(trial)],
    expected: [['setBuildNumber my-new-number'], ['my-new-number']],
  },
  {
    title: 'build.addbuildtag',
    script: "echo '##vso[build.addbuildtag]Tag_UnitTestPassed'",
    look: calls,
    expected: ['addTag Tag_UnitTestPassed'],
  },
  {
    title: 'build.uploadlog',
    script: 'touch "$AGENT_TEMPDIRECTORY/m.log"; echo "##vso[build.uploadlog]$AGENT_TEMPDIRECTORY/m.log"',
    look: calls,
    expected: ['attachFile DistributedTask.Core.Log CustomToolLog …/m.log'],
  },
  {
    title: 'formatting commands stay as they are',
    script: 'for k in group warning error section debug command endgroup; do echo "##[$k]text"; done',
    look: ({ seen }) => [
      seen.steps[0]?.lines.filter((line) => line.endsWith(']text')).length,
      seen.steps[0]?.end?.issues,
    ],
    expected: [7, []],
  },
  {
    title: 'an unknown area is a warning',
    script: "echo '##vso[release.updatereleasename]x'",
    look: (trial) => [result(trial), issues(trial)?.map(({ type }) => type)],
    expected: ['Succeeded', ['warning']],
  },
  {
    title: 'an unknown command fails the step',
    script: "echo '##vso[task.dance]x'",
    look: (trial) => [result(trial), issues(trial)?.at(-1)?.message.slice(0, 43)],
    expected: ['Failed', '##vso[task.dance] is not a recognized comma'],
  },
  {
    title: 'something that only looks like a command is a warning',
    script: "echo '##vso[tasks]x'",
    look: (trial) => [result(trial), issues(trial)?.map(({ type }) => type)],
    expected: ['Succeeded', ['warning']],
  },
];

describe('a logging command', () => {
  for (const { title, script, after = 'true', options, look, expected } of CASES) {
    it(title, async () => {
      using agent = makeFolder();
      const step = (text: string) => `- bash: ${JSON.stringify(text)}\n`;
      expect(look(await tryJob(agent.folder, step(script) + step(after), options))).toEqual(expected);
    });
  }

  it('gives back any text that was escaped as the generated scripts do it', () => {
    const encode = (text: string) => text.replaceAll('%', '%AZP25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
    const text = fc.oneof(fc.string(), fc.stringMatching(/^(%|%AZP25|%0A|%3B|%5D|25|\r|\n|]|;|x)*$/));
    fc.assert(
      fc.property(text, (data) => {
        expect(parseLoggingCommand(`##vso[task.setvariable variable=a]${encode(data)}`)?.data).toBe(data);
      }),
    );
  });

  it('may stand anywhere in its line, its values with equals signs', () => {
    expect(parseLoggingCommand('at 12:00 ##vso[Task.SetVariable Variable=a;x=b=c]d]e')).toEqual({
      area: 'task',
      event: 'setvariable',
      properties: { variable: 'a', x: 'b=c' },
      data: 'd]e',
    });
  });
});
