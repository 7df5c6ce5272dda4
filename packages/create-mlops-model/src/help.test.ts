import { createTranslate, questions } from '@create-mlops-model/core';
import { describe, expect, it } from 'vitest';
import { commands, findCommand } from './commands.ts';
import { globalFlags } from './flag-rows.ts';
import { parseCommandLine } from './flags.ts';
import { describeHelp } from './help.ts';

describe.each(['en', 'fr'] as const)('the help in %s', (lang) => {
  const translate = createTranslate(lang);

  it('names every command', () => {
    const text = describeHelp(undefined, '1.2.3', translate);
    for (const { name } of commands) expect(text).toContain(`npx create-mlops-model@1 ${name}`);
  });

  it.each(commands)('of $name names each of its flags, and its examples can be typed', (command) => {
    const text = describeHelp(command, '1.2.3', translate);
    const answers = command.takesAnswers ? questions : [];
    for (const { flag } of [...globalFlags, ...command.flags, ...answers]) expect(text).toContain(`  ${flag}`);
    for (const example of command.examples) {
      expect(text).toContain(example);
      const words = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
      expect(parseCommandLine(words, '1.2.3', translate).command.name).toBe(command.name);
    }
  });

  it('of questions offers their choices', () => {
    const text = describeHelp(findCommand('create'), '1.2.3', translate);
    for (const choice of ['log_loss', 'lightgbm', 'over-asking', 'protected-a', '3.13', 'gateway', 'secret-scope']) {
      expect(text).toContain(choice);
    }
    expect(text).not.toContain('field.');
  });
});
