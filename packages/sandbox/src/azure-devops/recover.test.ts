import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSandbox } from '../server.ts';
import { startTestSandbox } from '../test-sandbox.ts';

test('a sandbox that was killed between folder and state puts both together again', async () => {
  const box = await startTestSandbox();
  try {
    const gone = (await box.ask('POST', 'ml/_apis/git/repositories', { name: 'gone' })).body.id;
    const kept = (await box.ask('POST', 'ml/_apis/git/repositories', { name: 'kept' })).body.id;
    await box.sandbox.stop();
    const folder = join(box.home, 'git');
    rmSync(join(folder, `${gone}.git`), { recursive: true });
    mkdirSync(join(folder, 'half-made.git.new'));
    const again = await startSandbox({ home: box.home, ports: { azureDevOps: 0, databricks: 0 } });
    const url = `${again.addresses.azureDevOps}/contoso/ml/_apis/git/repositories`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${box.tokenOf('you')}` } });
    const { value } = (await response.json()) as { value: { name: string }[] };
    await again.stop();
    expect(value.map(({ name }) => name)).toEqual(['ml', 'kept']);
    expect(existsSync(join(folder, `${kept}.git`))).toBe(true);
    expect(existsSync(join(folder, 'half-made.git.new'))).toBe(false);
  } finally {
    await box.stop();
  }
});
