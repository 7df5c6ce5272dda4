import { afterEach, describe, expect, it } from 'vitest';
import { hasTool, requireTool } from './require-tool.ts';

describe('requireTool', () => {
  const before = process.env.REQUIRE;
  afterEach(() => {
    if (before === undefined) delete process.env.REQUIRE;
    else process.env.REQUIRE = before;
  });

  it('finds a program that is there, and no other', () => {
    expect(hasTool('node')).toBe(true);
    expect(hasTool('no-such-program')).toBe(false);
    expect(hasTool('node', '')).toBe(false);
  });

  it('is plain describe where the tool exists', () => {
    expect(requireTool('node')).toBe(describe);
  });

  it('is another describe where it does not', () => {
    delete process.env.REQUIRE;
    expect(requireTool('no-such-program')).not.toBe(describe);
  });

  it('fails under REQUIRE=all', () => {
    process.env.REQUIRE = 'all';
    expect(() => requireTool('no-such-program')).toThrow('no no-such-program');
  });
});
