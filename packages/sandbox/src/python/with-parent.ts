/** Reads standard input to its end, which comes when the process at the other end has gone, and ends its group. */
const PROGRAM = `
import os, runpy, signal, sys, threading

def watch():
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)

if os.getpgrp() != os.getpid():
    os.setpgrp()
threading.Thread(target=watch, daemon=True).start()
sys.argv[:] = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
`;

/**
 * Arguments for Python to run one of its modules, as `-m` would, in a process group that ends as soon as this process
 * does, by `kill -9` too. Standard input has to be a pipe that stays open.
 */
export function withParent(module: string, args: readonly string[]): readonly string[] {
  return ['-c', PROGRAM, module, ...args];
}
