import { expect, it } from 'vitest';
import { makeFolder, tryJob } from './test-host.ts';

it('runs a script in the sources, with its variables in the environment', async () => {
  using agent = makeFolder();
  const { end, output, seen } = await tryJob(
    agent.folder,
    '- script: |\n    pwd\n    echo "$BUILD_REASON $GREETING $MINE"\n  displayName: Say $(greeting)\n  env: { MINE: "$(greeting)!" }\n',
    { variables: { 'Build.Reason': 'Manual', greeting: 'hello' } },
  );
  expect(output(0)).toEqual([`${agent.folder}/_work/1/s`, 'Manual hello hello!']);
  expect(seen.steps.map(({ title }) => title)).toEqual(['Say hello']);
  expect(end).toEqual({ result: 'Succeeded', outputs: {}, issues: [] });
});
