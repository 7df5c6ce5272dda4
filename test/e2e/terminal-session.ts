import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../../scripts/toolchain.mjs';

/** What a command typed at a shell's prompt came to. */
export interface Typed {
  readonly exitCode: number;
  /** What the terminal showed, without what moves the cursor and colours. */
  readonly screen: string;
}

/** A person at a shell in a terminal of 120 columns. */
export interface TerminalSession {
  /** Types a command and waits for its end. */
  run(command: string): Promise<Typed>;
  /** Types a command that asks, and the answer once its question is there. */
  runAndAnswer(command: string, question: string, answer: string): Promise<Typed>;
  end(): Promise<void>;
}

/** Longest time for one command, seconds. */
const PATIENCE = 240;

/** Opens a terminal with a shell in it; it lasts from the first command to the last. */
export function openTerminalSession(folder: string, environment: Readonly<Record<string, string>>): TerminalSession {
  const child = spawn('python3', [join(ROOT, 'test/e2e/terminal.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const send = (value: unknown) => child.stdin.write(`${JSON.stringify(value)}\n`);
  const step = async (typed: string, expected: string): Promise<string> => {
    send({ send: `${typed}\r`, expect: expected });
    const { value } = await lines.next();
    const { shown } = JSON.parse(String(value)) as { readonly shown: string };
    if (!shown.includes(expected)) throw new Error(`waited in vain for "${expected}" after "${typed}":\n${shown}`);
    return toPlain(shown);
  };
  send({
    command: ['/bin/sh', '-i'],
    folder,
    environment: { ...environment, TERM: 'xterm-256color', PS1: '$ ' },
    patience: PATIENCE,
  });
  let count = 0;
  // The terminal shows what is typed too: the whole mark is made by the shell alone.
  const toMarked = (command: string) => {
    count += 1;
    return { line: `${command}; printf '%s-ended-%s.\\n' $? ${count}`, mark: `-ended-${count}.` };
  };
  const toTyped = (screen: string, mark: string): Typed => {
    const [, shown = '', code = ''] = /^([\s\S]*?)(\d+)$/.exec(screen.slice(0, screen.indexOf(mark))) ?? [];
    return { exitCode: Number(code), screen: shown };
  };
  return {
    async run(command) {
      const { line, mark } = toMarked(command);
      return toTyped(await step(line, mark), mark);
    },
    async runAndAnswer(command, question, answer) {
      const { line, mark } = toMarked(command);
      const asked = await step(line, question);
      return toTyped(asked + (await step(answer, mark)), mark);
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Without what moves the cursor and colours. */
function toPlain(shown: string): string {
  return shown.replace(/\u001b\[[?\d;]*[A-Za-z]/g, '').replaceAll('\r', '');
}
