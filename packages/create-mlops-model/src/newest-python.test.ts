import { expect, test } from 'vitest';
import { findNewestPython } from './newest-python.ts';
import type { Shell } from './services/shell.ts';

const machine = (programs: Readonly<Record<string, string>>): Shell => ({
  run: async (file) => {
    const stdout = programs[file];
    const missing = stdout === undefined;
    return { exitCode: missing ? -1 : stdout === '' ? 127 : 0, stdout: stdout ?? '', stderr: '', missing };
  },
});

test.each([
  [{ python3: 'Python 3.11.7\n', 'python3.12': 'Python 3.12.4\n' }, '3.12'],
  // A shim that stands for nothing.
  [{ python3: 'Python 3.11.7\n', 'python3.13': '' }, '3.11'],
  [{ python3: 'Python 3.14.0\n', 'python3.11': 'Python 3.11.2\n' }, '3.11'],
  [{ python3: 'Python 3.9.2\n' }, undefined],
  [{}, undefined],
])('%j', async (programs, expected) => expect(await findNewestPython(machine(programs), {})).toBe(expected));
