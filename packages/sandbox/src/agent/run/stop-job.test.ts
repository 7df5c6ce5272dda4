import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeFolder, type TrialOptions, tryJob } from './test-host.ts';

/** A job that is cancelled as soon as a line holds `now`. */
async function cancel(folder: string, yaml: string, options: TrialOptions = {}) {
  const controller = new AbortController();
  return tryJob(folder, yaml, {
    ...options,
    signal: controller.signal,
    onLine(line) {
      if (line.endsWith(' now')) controller.abort();
    },
  });
}

/** Processes whose environment names a folder. */
function findProcesses(folder: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').includes(`AGENT_BUILDDIRECTORY=${folder}`);
    } catch {
      return false;
    }
  });
}

describe.skipIf(process.platform !== 'linux')('a job that is cancelled', () => {
  it('interrupts its step, which puts things in order; steps that are meant for it still run', async () => {
    using agent = makeFolder();
    const yaml = `- bash: |
    trap 'echo in order; exit 0' INT
    echo "no""w"
    while true; do sleep 0.1; done
- bash: echo never
- bash: echo "$AGENT_JOBSTATUS"
  condition: always()
- bash: echo also
  condition: canceled()
`;
    const { end, seen, output } = await cancel(agent.folder, yaml);
    expect(end.result).toBe('Canceled');
    expect(seen.steps.map((step) => step.end?.result)).toEqual(['Canceled', 'Skipped', 'Succeeded', 'Succeeded']);
    expect(output(0)).toEqual(['now', '##[error]The operation was canceled.', 'in order']);
    expect([output(2), output(3)]).toEqual([['Canceled'], ['also']]);
    expect(findProcesses(agent.folder)).toEqual([]);
    expect(seen.groups.size).toBe(0);
  });

  it('lets a step go on that runs in spite of it', async () => {
    using agent = makeFolder();
    const { end, seen, output } = await cancel(
      agent.folder,
      '- bash: echo "no""w"; sleep 1; echo done\n  condition: always()\n',
    );
    expect([end.result, seen.steps[0]?.end?.result, output(0)]).toEqual(['Canceled', 'Succeeded', ['now', 'done']]);
  });

  it('ends what does not listen, with everything that it has started', async () => {
    using agent = makeFolder();
    const yaml = `- bash: |
    trap '' INT TERM
    (trap '' INT TERM HUP; sleep 300; sleep 300) &
    setsid sleep 300 &
    echo "no""w"
    while true; do sleep 300; done
`;
    const { end, seen } = await cancel(agent.folder, yaml);
    expect([end.result, seen.steps[0]?.end?.result]).toEqual(['Canceled', 'Canceled']);
    await expect.poll(() => findProcesses(agent.folder)).toEqual([]);
  });

  it('has no more than its time to put things in order', async () => {
    using agent = makeFolder();
    const yaml =
      '- bash: echo "no""w"; sleep 300\n- bash: sleep 300\n  condition: always()\n- bash: echo never\n  condition: always()\n';
    const { end, seen } = await cancel(agent.folder, yaml, { cancelTimeoutMinutes: 0.01 });
    expect([end.result, ...seen.steps.map((step) => step.end?.result)]).toEqual([
      'Canceled',
      'Canceled',
      'Canceled',
      'Canceled',
    ]);
    await expect.poll(() => findProcesses(agent.folder)).toEqual([]);
  });

  it('before it began, it runs nothing but what is meant for it', async () => {
    using agent = makeFolder();
    const { end, seen } = await tryJob(agent.folder, '- bash: echo\n- bash: echo\n  condition: always()\n', {
      signal: AbortSignal.abort(),
    });
    expect([end.result, ...seen.steps.map((step) => step.end?.result)]).toEqual(['Canceled', 'Skipped', 'Succeeded']);
  });
});

describe('time that is over', () => {
  it('of a step fails it, and the job goes on as after any failure', async () => {
    using agent = makeFolder();
    const yaml = '- bash: sleep 300\n  timeoutInMinutes: 0.005\n- bash: echo after\n  condition: failed()\n';
    const { end, seen } = await tryJob(agent.folder, yaml);
    expect([end.result, ...seen.steps.map((step) => step.end?.result)]).toEqual(['Failed', 'Failed', 'Succeeded']);
    expect(seen.steps[0]?.end?.issues).toEqual([{ type: 'error', message: 'The task has timed out.' }]);
  });

  it('of a step is not tried again', async () => {
    using agent = makeFolder();
    const { seen } = await tryJob(
      agent.folder,
      '- bash: sleep 300\n  timeoutInMinutes: 0.005\n  retryCountOnTaskFailure: 3\n',
    );
    expect(seen.steps[0]?.end?.issues.map(({ message }) => message)).toEqual(['The task has timed out.']);
  });

  it('of a job cancels it, and says so', async () => {
    using agent = makeFolder();
    const { end } = await tryJob(agent.folder, '- bash: sleep 300\n', {
      timeoutMinutes: 0.005,
      variables: { 'Agent.Name': 'Agent 1' },
    });
    expect([end.result, end.issues]).toEqual([
      'Canceled',
      [
        {
          type: 'error',
          message: expect.stringMatching(/^The job running on agent Agent 1 ran longer than the maximum time of/),
        },
      ],
    ]);
  });
});
