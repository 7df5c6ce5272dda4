import type { ExitCode } from '@create-mlops-model/core';
import type { CommandContext } from '../command.ts';
import { chapters } from '../rehearsal/chapters.ts';
import { openRehearsal } from '../rehearsal/rehearsal.ts';

/** Tells and runs the whole loop on the sandbox; a rehearsal that was stopped goes on with its next chapter. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { flags, terminal, translate, signal } = context;
  const rehearsal = await openRehearsal(context);
  try {
    terminal.print(terminal.style.bold(translate('rehearse.intro')));
    terminal.print(translate('create.sandboxNote'));
    if (rehearsal.told > 0) terminal.print(translate('rehearse.resumed', { number: rehearsal.told + 1 }));
    for (const [index, chapter] of chapters.entries()) {
      if (index < rehearsal.told) continue;
      if (signal.aborted) return 130;
      const title = translate(chapter.title);
      terminal.print(`\n${terminal.style.bold(translate('rehearse.chapter', { number: index + 1, title }))}`);
      await chapter.tell(rehearsal);
      rehearsal.finish(index + 1);
      if (flags.step && index + 1 < chapters.length) await terminal.askText({ message: translate('rehearse.pause') });
    }
    terminal.print('');
    for (const { what, value } of rehearsal.results())
      terminal.print(`  ${translate('rehearse.result', { what, value })}`);
    terminal.print(translate('rehearse.done', { count: chapters.length }));
    context.printDocument({ schema: 1, kind: 'rehearsal', results: rehearsal.results() });
    rehearsal.forget();
    return 0;
  } finally {
    rehearsal.close();
  }
}
