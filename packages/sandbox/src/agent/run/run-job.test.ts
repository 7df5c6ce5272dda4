import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeFault } from './describe-fault.ts';
import { makeFolder, type Trial, type TrialOptions, tryJob } from './test-host.ts';

interface Case {
  readonly title: string;
  readonly yaml: string;
  readonly options?: TrialOptions;
  readonly look: (trial: Trial) => unknown;
  readonly expected: unknown;
}

const results = ({ seen, end }: Trial) => [...seen.steps.map(({ end: step }) => step?.result), end.result];
const titles = ({ seen }: Trial) => seen.steps.map(({ title }) => title);
const first = ({ output }: Trial) => output(0);
const last = ({ output, seen }: Trial) => output(seen.steps.length - 1);
const issues = ({ seen }: Trial) =>
  seen.steps.flatMap(({ end }) => end?.issues.map(({ type, message }) => [type, message]));

const CASES: readonly Case[] = [
  {
    title: 'a step after a failed one is skipped',
    yaml: '- script: exit 3\n- script: echo never\n',
    look: results,
    expected: ['Failed', 'Skipped', 'Failed'],
  },
  {
    title: 'conditions on the status of the job',
    yaml: "- bash: exit 1\n- bash: 'true'\n  condition: failed()\n- bash: 'true'\n  condition: always()\n- bash: 'true'\n  condition: canceled()\n- bash: 'true'\n  condition: succeededOrFailed()\n",
    look: results,
    expected: ['Failed', 'Succeeded', 'Succeeded', 'Skipped', 'Succeeded', 'Failed'],
  },
  {
    title: 'a condition on a variable that a step before has set',
    yaml: "- bash: echo '##vso[task.setvariable variable=go]yes'\n- bash: echo gone\n  condition: and(succeeded(), eq(variables['go'], 'yes'))\n- bash: echo never\n  condition: eq(variables.go, 'no')\n",
    look: results,
    expected: ['Succeeded', 'Succeeded', 'Skipped', 'Succeeded'],
  },
  {
    title: 'a forgiven failure',
    yaml: "- bash: exit 1\n  continueOnError: true\n- bash: 'true'\n",
    look: results,
    expected: ['SucceededWithIssues', 'Succeeded', 'SucceededWithIssues'],
  },
  {
    title: 'a step that is switched off is not there',
    yaml: '- bash: exit 1\n  enabled: false\n- bash: echo on\n',
    look: results,
    expected: ['Succeeded', 'Succeeded'],
  },
  {
    title: 'what steps are called',
    yaml: '- script: echo\n- bash: echo\n  name: mine\n- bash: echo\n  displayName: In $(place)\n',
    options: { variables: { place: 'Ottawa' } },
    look: titles,
    expected: ['CmdLine', 'mine', 'In Ottawa'],
  },
  {
    title: 'the exit code in the error',
    yaml: '- script: exit 7\n',
    look: issues,
    expected: [['error', "Bash exited with code '7'."]],
  },
  {
    title: 'output on the standard error stream where it is a failure',
    yaml: '- bash: echo bad >&2\n  failOnStderr: true\n',
    look: (trial) => [results(trial)[0], issues(trial)],
    expected: [
      'Failed',
      [
        ['error', 'bad'],
        ['error', 'Bash wrote one or more lines to the standard error stream.'],
      ],
    ],
  },
  {
    title: 'output on the standard error stream where it is not',
    yaml: '- bash: echo fine >&2\n',
    look: (trial) => [results(trial)[0], first(trial)],
    expected: ['Succeeded', ['fine']],
  },
  {
    title: 'a working directory that is not there',
    yaml: '- script: pwd\n  workingDirectory: nowhere\n',
    look: (trial) => issues(trial)[0]?.[1]?.replace(/\/.*\/s\//, ''),
    expected: 'Not found workingDirectory: nowhere',
  },
  {
    title: 'a macro that nobody defined stays',
    yaml: '- bash: echo "$MINE"\n  env: { MINE: $(unknown) }\n',
    look: first,
    expected: ['$(unknown)'],
  },
  {
    title: 'variables in variables',
    yaml: '- bash: echo "$(outer)" "$OUTER"\n',
    options: { variables: { inner: 'deep', outer: 'in $(inner)' } },
    look: first,
    expected: ['in deep in deep'],
  },
  {
    title: 'a public variable covers a mapping of its name',
    yaml: '- bash: echo "$WHO"\n  env: { WHO: mapping }\n',
    options: { variables: { who: 'variable' } },
    look: first,
    expected: ['variable'],
  },
  {
    title: 'secrets reach a step only where they are mapped, and no log',
    yaml: '- bash: echo "[$PASS_WORD] [$MAPPED] [$NESTED] $(pass.word)"; printf %s "$MAPPED" | wc -c\n  env: { MAPPED: $(pass.word) }\n',
    options: { variables: { 'pass.word': { value: 'hush-hush', isSecret: true }, nested: '<$(pass.word)>' } },
    look: (trial) => first(trial).map((line) => line.trim()),
    expected: ['[] [***] [] ***', '9'],
  },
  {
    title: 'the environment is no copy of the sandbox’s',
    yaml: '- bash: env | cut -d= -f1 | grep -c -E "VITEST|NODE_ENV|npm_" || true\n',
    look: first,
    expected: ['0'],
  },
  {
    title: 'nobody’s own sign-ins are within reach of a step',
    yaml: '- bash: for f in "$AZURE_CONFIG_DIR" "$KUBECONFIG" "$DATABRICKS_CONFIG_FILE"; do echo "${f#"$AGENT_TEMPDIRECTORY"}"; done\n',
    look: first,
    expected: ['/.azure', '/.kube/config', '/.databrickscfg'],
  },
  {
    title: 'what an agent tells every step',
    yaml: '- bash: echo "$TF_BUILD $AGENT_JOBSTATUS ${AGENT_TEMPDIRECTORY##*/} ${BUILD_ARTIFACTSTAGINGDIRECTORY##*/} ${PIPELINE_WORKSPACE##*/} ${SYSTEM_DEFAULTWORKINGDIRECTORY##*/}"\n',
    look: first,
    expected: ['True Succeeded _temp a 1 s'],
  },
  {
    title: 'outputs carry the name of their step, for later steps too',
    yaml: '- bash: echo \'##vso[task.setvariable variable=tag;isOutput=true]v1\'\n  name: build\n- bash: echo "$(build.tag) $BUILD_TAG [$TAG]"\n',
    look: (trial) => [trial.end.outputs, last(trial)],
    expected: [{ 'build.tag': { value: 'v1', isSecret: false } }, ['v1 v1 []']],
  },
  {
    title: 'a retried step',
    yaml: '- bash: echo x >> "$AGENT_TEMPDIRECTORY/tries"; [ "$(wc -l < "$AGENT_TEMPDIRECTORY/tries")" = 2 ]\n  retryCountOnTaskFailure: 2\n',
    look: results,
    expected: ['Succeeded', 'Succeeded'],
  },
  {
    title: 'a script that ends by a signal',
    yaml: '- bash: kill -KILL $$\n',
    look: issues,
    expected: [['error', 'Bash was ended by signal SIGKILL.']],
  },
  {
    title: 'a condition that cannot be computed',
    yaml: "- bash: echo\n  condition: eq(format('{0'), 'x')\n",
    look: results,
    expected: ['Failed', 'Failed'],
  },
];

describe('a job', () => {
  for (const { title, yaml, options, look, expected } of CASES) {
    it(title, async () => {
      using agent = makeFolder();
      expect(look(await tryJob(agent.folder, yaml, options))).toEqual(expected);
    });
  }

  it('writes each line with the time, between its start and its end', async () => {
    using agent = makeFolder();
    const { seen, lines } = await tryJob(agent.folder, '- script: echo hi\n  displayName: Hi\n');
    expect(seen.steps[0]?.lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z ##\[section\]Starting: Hi$/);
    expect(lines(0).at(-1)).toBe('##[section]Finishing: Hi');
  });

  it('runs a script of the repository, its arguments taken apart by the shell', async () => {
    using agent = makeFolder();
    const sources = join(agent.folder, '_work', '1', 's');
    mkdirSync(sources, { recursive: true });
    writeFileSync(join(sources, "it's.sh"), 'printf "%s\\n" "$@"\n');
    const yaml = '- task: Bash@3\n  inputs: { filePath: "it\'s.sh", arguments: "one \'two three\'" }\n';
    expect(first(await tryJob(agent.folder, yaml))).toEqual(['one', 'two three']);
  });

  it('keeps sources from job to job on its agent, and nothing in its temporary folder', async () => {
    using agent = makeFolder();
    await tryJob(agent.folder, '- bash: touch kept "$AGENT_TEMPDIRECTORY/gone" "$BUILD_STAGINGDIRECTORY/gone"\n');
    const look = '- bash: ls; ls "$AGENT_TEMPDIRECTORY" | grep -v sh$; ls "$BUILD_STAGINGDIRECTORY"\n';
    expect(first(await tryJob(agent.folder, look))).toEqual(['kept']);
  });

  it.each([
    ['outputs', ['s']],
    ['resources', ['b']],
    ['all', []],
  ] as const)('takes away what workspace: clean: %s says', async (clean, left) => {
    using agent = makeFolder();
    await tryJob(agent.folder, '- bash: touch kept ../b/kept\n');
    const look = '- bash: cd ..; for f in b s; do [ -e $f/kept ] && echo $f; done; true\n';
    expect(first(await tryJob(agent.folder, look, { clean }))).toEqual(left);
  });

  it('fails a step whose log cannot be written, and says why', async () => {
    using agent = makeFolder();
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const { end, seen } = await tryJob(agent.folder, '- bash: echo one; echo overflow; echo three\n', {
      onLine(line) {
        if (line.endsWith(' overflow')) throw full;
      },
    });
    expect(end.result).toBe('Failed');
    expect(seen.steps[0]?.end?.issues).toEqual([
      { type: 'error', message: expect.stringMatching(/^The step's log could not be written\. The disk .* is full\./) },
    ]);
  });

  it('does not wait for something that holds its output open', async () => {
    using agent = makeFolder();
    const { output, end } = await tryJob(agent.folder, '- bash: sleep 300 & echo done\n- bash: echo after\n');
    expect([end.result, output(0), output(1)]).toEqual(['Succeeded', ['done'], ['after']]);
  });

  it('leaves no script behind: a macro may have put a secret into it', async () => {
    using agent = makeFolder();
    const { output } = await tryJob(agent.folder, '- bash: echo "$(s)"\n- bash: ls "$AGENT_TEMPDIRECTORY" | wc -l\n', {
      variables: { s: { value: 'hush-hush', isSecret: true } },
    });
    // The second step sees its own script only.
    expect(output(1).map((line) => line.trim())).toEqual(['1']);
  });

  it.skipIf(process.platform !== 'linux')('says that the disk is full', () => {
    const write = () => writeFileSync('/dev/full', 'x');
    expect(write).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    expect(describeFault(Object.assign(new Error('x'), { code: 'ENOSPC', path: '/w/1' }))).toMatch(
      /^The disk of the agent's work folder is full\. .* \(ENOSPC: \/w\/1\)$/,
    );
  });

  it('says that its work folder is no folder', async () => {
    using agent = makeFolder();
    writeFileSync(join(agent.folder, '_work'), '');
    const { end } = await tryJob(agent.folder, '- bash: echo\n');
    expect([end.result, end.issues.map(({ type }) => type)]).toEqual(['Failed', ['error']]);
  });

  it('goes on when a step leaves something running, which lives until the job is over', async () => {
    using agent = makeFolder();
    const yaml = `- bash: (sleep 300 & echo $! > "$AGENT_TEMPDIRECTORY/pid") >/dev/null 2>&1\n- bash: kill -0 "$(cat "$AGENT_TEMPDIRECTORY/pid")" && echo alive\n`;
    const { output, seen } = await tryJob(agent.folder, yaml);
    expect(output(1)).toEqual(['alive']);
    expect(seen.groups.size).toBe(0);
  });
});
