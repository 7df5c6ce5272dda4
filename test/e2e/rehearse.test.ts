import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireTool } from '../require-tool.ts';
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts';
import { rehearseUntil } from './rehearsing.ts';

// All chapters to the end take minutes: `test/long/rehearse.test.ts`.
requireTool('python3')('rehearse', () => {
  let sandbox: OwnSandbox;
  beforeAll(async () => {
    sandbox = await startOwnSandbox();
  });
  afterAll(() => sandbox?.stop());

  test('waits between chapters when asked to; in French', { timeout: 120_000 }, async () => {
    const french = await sandbox.run(['rehearse', '--lang', 'fr', '--step'], join(sandbox.root, 'work'));
    // Nobody can press Enter between two chapters here.
    expect(french.exitCode).toBe(2);
    expect(french.stdout).toContain('Chapitre 1\u00a0:');
    expect(french.stdout).not.toContain('Chapitre 2\u00a0:');
    expect(french.stdout).toContain('repository:rehearsal-1');
  });

  test('killed twice, it goes on where it was', { timeout: 120_000 }, async () => {
    const second = await rehearseUntil(sandbox, 'Chapter 3:');
    expect(second.exitCode).toBe(137);
    expect(second.stdout).toContain('Going on with chapter 2.');
    expect(second.stdout).not.toContain('Chapter 1:');
    const third = await rehearseUntil(sandbox, 'Chapter 4:');
    expect(third.exitCode).toBe(137);
    expect(third.stdout).toContain('Going on with chapter 3.');
    expect(third.stdout).toMatch(/The server says: .*TF402455/);
    const { value } = await sandbox.devOps('GET', 'mlops/_apis/git/repositories');
    const names = value
      .map(({ name }: { name: string }) => name)
      .filter((name: string) => name.startsWith('rehearsal'));
    expect(names).toEqual(['rehearsal-1']);
  });
});
