import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, tryJob } from '../test-host.ts';

describe('PowerShell', () => {
  it('is said to be missing where it is', async () => {
    using agent = makeFolder();
    const { seen } = await tryJob(agent.folder, '- pwsh: ls\n', { variables: { PATH: '/nowhere' } });
    expect(seen.steps[0]?.end).toEqual({
      result: 'Failed',
      issues: [{ type: 'error', message: expect.stringMatching(/^Unable to locate executable file: 'pwsh'\./) }],
    });
  });

  it('gets a script that stops at an error and ends as its last program did', async () => {
    using agent = makeFolder();
    // Shows how it was called, and the script that its last argument names.
    const fake = `#!/bin/sh\nfor last; do :; done\necho "$1 $2 $3 $4"\ncat "$(echo "$last" | cut -d"'" -f2)"\n`;
    writeFileSync(join(agent.folder, 'pwsh'), fake, { mode: 0o755 });
    const { output } = await tryJob(agent.folder, '- pwsh: Write-Host $(word)\n', {
      variables: { PATH: `${agent.folder}:/usr/bin:/bin`, word: 'hi' },
    });
    expect(output(0)).toEqual([
      '-NoLogo -NoProfile -NonInteractive -Command',
      "$ErrorActionPreference = 'stop'",
      'Write-Host hi',
      'if (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }',
    ]);
  });
});
