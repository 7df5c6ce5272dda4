import { createTranslate, UserError } from '@create-mlops-model/core';
import { describe, expect, it } from 'vitest';
import { quoteWord, refuseEatenFlags } from './eaten-flags.ts';

function said(argv: string[], env: Record<string, string>, platform = 'linux'): string {
  try {
    refuseEatenFlags(argv, { npm_command: 'init', ...env }, platform, createTranslate('en'));
  } catch (error) {
    if (error instanceof UserError && error.code === 'usage') return `${error.message}\n${error.hint}`;
    throw error;
  }
  return '';
}

describe('flags that npm kept', () => {
  it.each([
    // What npm 11 leaves of: npm create mlops-model my-dir --task regression --files-only --no-interactive
    [
      ['my-dir', 'regression'],
      { task: 'true', files_only: 'true', interactive: '' },
      'my-dir --task regression --files-only --no-interactive',
    ],
    [['my-dir'], { resource_group: 'rg-1' }, 'my-dir --resource-group rg-1'],
    [['abc'], { name: 'true' }, '--name abc'],
    [[], { schedule: '0 6 * * 1' }, "--schedule '0 6 * * 1'"],
    [['x'], { gpu: 'true' }, 'x --gpu'],
  ])('%j %j: the line that works is given', (argv, config, line) => {
    const env = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [`npm_config_${key}`, value as string]),
    );
    const text = said(argv, env);
    expect(text).toContain('npm took these flags');
    expect(text).toContain(`  npm create mlops-model@latest -- ${line}\n`);
    expect(text).toContain(`  pnpm create mlops-model ${line}\n`);
    expect(text).toContain(`  yarn create mlops-model ${line}\n`);
    expect(text).toContain(`  bun create mlops-model ${line}`);
  });

  it('are explained for PowerShell on Windows, where an unquoted -- is lost', () => {
    const text = said(['x'], { npm_config_task: 'regression' }, 'win32');
    expect(text).toContain('PowerShell');
    expect(text).toContain('npm create mlops-model@latest "--" x --task regression');
  });

  it('are told from npm’s own settings and from flags that arrived', () => {
    expect(said(['x'], { npm_config_yes: 'true', npm_config_json: 'true', npm_config_registry: 'https://x' })).toBe('');
    expect(said(['x', '--task', 'regression'], { npm_config_task: 'regression' })).toBe('');
    expect(said(['x', '--task=regression'], { npm_config_task: 'regression' })).toBe('');
  });

  it('are not looked for under npm run', () => {
    expect(said(['x'], { npm_command: 'run-script', npm_config_task: 'regression' })).toBe('');
  });

  it('of npx are given back to npx', () => {
    expect(said([], { npm_command: 'exec', npm_config_task: 'regression' })).toContain(
      'npx create-mlops-model@latest --task regression',
    );
  });
});

describe('a word on a command line', () => {
  it.each([
    ['abc', 'abc'],
    ['0 6 * * 1', "'0 6 * * 1'"],
    ["it's", `'it'\\''s'`],
    ['', "''"],
    ['$(x)', "'$(x)'"],
    ['https://dev.azure.com/contoso', 'https://dev.azure.com/contoso'],
  ])('%s is written %s', (word, written) => {
    expect(quoteWord(word)).toBe(written);
  });
});
