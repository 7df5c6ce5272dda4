import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../toolchain.mjs';
import type { RunnerResult } from './result.ts';

/** The part of Vitest's JSON report that is read here. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Runs Vitest with its own output on the screen, and counts from its report. */
export async function runVitest(args: readonly string[], env: Readonly<Record<string, string>>): Promise<RunnerResult> {
  const report = join(ROOT, 'node_modules/.cache/vitest-report.json');
  rmSync(report, { force: true });
  const start = performance.now();
  const options = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await wait('vitest', [...options, ...args], env);
  const seconds = (performance.now() - start) / 1000;
  if (!existsSync(report)) return { name: 'vitest', passed: 0, failed: 1, skipped: [], seconds };
  const counts = countTests(JSON.parse(readFileSync(report, 'utf8')) as VitestReport);
  // An error outside every test (an unhandled rejection) shows in the exit code alone.
  const failed = code !== 0 && counts.failed === 0 ? 1 : counts.failed;
  return { name: 'vitest', ...counts, failed, seconds };
}

/** Counts tests; a file that failed before its first test counts as one failure. */
export function countTests(report: VitestReport): Pick<RunnerResult, 'passed' | 'failed' | 'skipped'> {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + broken.length,
    skipped: tests.filter((test) => test.status !== 'passed' && test.status !== 'failed').map((test) => test.fullName),
  };
}

function wait(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
