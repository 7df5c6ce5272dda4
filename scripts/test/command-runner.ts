import { spawn } from 'node:child_process';
import { ROOT } from '../toolchain.mjs';
import type { RunnerResult } from './result.ts';

/** Runs a checker that only passes or fails; its output is shown when it fails. */
export async function runCommand(name: string, command: string, args: readonly string[]): Promise<RunnerResult> {
  const start = performance.now();
  const { code, output } = await capture(command, args);
  if (code !== 0) console.error(`\n${name} failed:\n${output}`);
  const seconds = (performance.now() - start) / 1000;
  return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [], seconds };
}

function capture(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
