import { createTranslate, questions, UserError } from '@create-mlops-model/core';
import { describe, expect, it } from 'vitest';
import { commands } from './commands.ts';
import { parseCommandLine } from './flags.ts';

const parse = (...argv: string[]) => parseCommandLine(argv, '1.2.3', createTranslate('en'));

function refusal(...argv: string[]): string {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof UserError && error.code === 'usage') return `${error.message}\n${error.hint}`;
    throw error;
  }
  return '';
}

describe('a command line', () => {
  it('makes a model unless it says otherwise', () => {
    expect(parse().command.name).toBe('create');
    expect(parse('my-model')).toMatchObject({ command: { name: 'create' }, positionals: ['my-model'] });
    expect(parse('create', 'plan')).toMatchObject({ command: { name: 'create' }, positionals: ['plan'] });
    for (const { name } of commands.filter(({ argument }) => argument === undefined)) {
      expect(parse(name).command.name).toBe(name);
    }
  });

  it('gives answers by flag', () => {
    const { flags } = parse(
      'x',
      '--name=abc',
      '--schedule',
      '0 6 * * 1',
      '--schedule',
      '0 7 * * 2',
      '--gpu',
      '--reviewers',
      '2',
      '--workers',
      '1-4',
    );
    expect(flags.answers).toEqual({
      name: 'abc',
      schedules: [{ cron: '0 6 * * 1' }, { cron: '0 7 * * 2' }],
      gpu: true,
      reviewers: 2,
      workers: { min: 1, max: 4 },
    });
    expect(parse('--no-gpu', '--schedule', 'none').flags.answers).toEqual({ gpu: false, schedules: [] });
    expect(parse('--title-en', '-dash', '--owner=--x').flags.answers).toEqual({ titleEn: '-dash', owner: '--x' });
  });

  it('knows its own flags wherever they stand', () => {
    expect(parse('--json', 'plan', '--check', '--from', 'worktree', '--debug').flags).toMatchObject({
      json: true,
      check: true,
      from: 'worktree',
      debug: true,
      yes: false,
    });
    expect(parse('destroy', '-y', '--name', 'abc').flags).toMatchObject({ yes: true, answers: { name: 'abc' } });
    expect(parse('--answers', 'a.yaml', '--defaults=d.yaml', '--target', 'azure').flags).toMatchObject({
      answersFile: 'a.yaml',
      defaultsFile: 'd.yaml',
      target: 'azure',
    });
  });

  it('does not mind a stray --', () => {
    expect(parse('--', 'x', '--', '--yes').flags.yes).toBe(true);
  });

  it('takes every question’s flag, and each command its own only', () => {
    for (const { flag, kind } of questions) {
      const value = kind === 'number' || kind === 'workers' ? '1' : 'x';
      const argv = kind === 'switch' ? [flag] : [flag, value];
      expect(Object.keys(parse(...argv).flags.answers), flag).toHaveLength(1);
      expect(refusal('plan', ...argv), flag).toContain(`There is no flag ${flag} for "plan"`);
    }
  });

  it('asks for help or the version before anything is judged', () => {
    expect(parse('--help', '--nonsense')).toMatchObject({ wantsHelp: true, wantsVersion: false });
    expect(parse('plan', '-h')).toMatchObject({ wantsHelp: true, command: { name: 'plan' } });
    expect(parse('help').wantsHelp).toBe(true);
    expect(parse('--version').wantsVersion).toBe(true);
    expect(parse('-v').wantsVersion).toBe(true);
  });

  it.each([
    [['plam'], /no command "plam".*\nDid you mean plan.*\n.*\.\/plam/],
    [['--yess'], /no flag --yess.*\nDid you mean --yes\?/],
    [['--check'], /no flag --check for "create"/],
    [['-x'], /no flag -x/],
    [['a', 'b'], /"b" is one word too many/],
    [['plan', 'x'], /"x" is one word too many for "plan"/],
    [['sandbox', 'open'], /start, stop, reset, status/],
    [['--name'], /--name needs a value/],
    [['--name', '--yes'], /--name needs a value/],
    [['--yes=no'], /--yes takes no value/],
    [['--lang', 'de'], /--lang can be: en, fr/],
    [['--target', 'aws'], /--target can be: sandbox, azure/],
    [['--name', 'a', '--name', 'b'], /--name is given more than once/],
    [['--target', 'azure', '--target', 'sandbox'], /--target is given more than once/],
    [['--reviewers', 'two', '--gpu=maybe'], /2 answers.*--reviewers.*--gpu/s],
    [['--token', 'abc'], /--token looks like a secret.*\n.*AZURE_DEVOPS_EXT_PAT/],
    [['--databricks-token=abc'], /looks like a secret/],
    [['--pat', 'abc'], /looks like a secret/],
  ])('%j is refused with what to do', (argv, said) => {
    expect(refusal(...argv)).toMatch(said);
  });

  it('never repeats a secret', () => {
    expect(refusal('--token=hunter2')).not.toContain('hunter2');
  });
});
