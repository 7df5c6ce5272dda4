import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * Ends every process in whose environment a variable has a value: one that made a group of its own has left its job's
 * groups, but not its environment.
 */
export async function endMarked(name: string, value: string): Promise<void> {
  const text = `${name}=${value}`;
  const pids = process.platform === 'linux' ? await listByFiles(text) : await listByPs(text);
  for (const pid of pids) if (pid !== process.pid) endProcess(pid);
}

async function listByFiles(text: string): Promise<readonly number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map(async (name) => ((await isMarked(name, text)) ? [Number(name)] : [])));
  return found.flat();
}

async function isMarked(name: string, text: string): Promise<boolean> {
  try {
    return (await readFile(`/proc/${name}/environ`, 'utf8')).split('\0').includes(text);
  } catch {
    // Somebody else's process, or one that has just ended.
    return false;
  }
}

/** macOS shows environments by `ps -E` only; what is not ours it leaves out. */
async function listByPs(text: string): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-E', '-ww', '-ax', '-o', 'pid=,command='], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.split('\n').flatMap((line) => (` ${line} `.includes(` ${text} `) ? [Number.parseInt(line, 10)] : []));
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
