import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { createTranslate, isMessageKey, type Message, type MessageKey } from './index.ts';

const keys = Object.keys(en) as MessageKey[];
const texts = (message: Message): readonly string[] =>
  typeof message === 'string' ? [message] : [message.one, message.other];
const placeholders = (text: string) => [...new Set(text.match(/\{[a-zA-Z]+\}/g))].sort();

describe('the messages', () => {
  it('are the same in both languages', () => expect(Object.keys(fr)).toEqual(keys));

  it.each(keys)('%s has the same placeholders in both languages', (key) => {
    const used = (message: Message) => placeholders(texts(message).join());
    expect(used(fr[key])).toEqual(used(en[key]));
    expect(typeof fr[key]).toBe(typeof en[key]);
    // A form that is chosen by a number is chosen by this one.
    if (typeof en[key] !== 'string') expect(used(en[key])).toContain('{count}');
  });

  it('differ, but for names', () => {
    const names = new Set([
      'choice.framework.sklearn',
      'report.nextRun',
      'help.argument.sandbox',
      'field.devops',
      'rehearse.result.pipeline',
    ]);
    const same = keys.filter(
      (key) => /[a-z]{3}.*[a-z]{3} /i.test(texts(en[key]).join()) && texts(en[key]).join() === texts(fr[key]).join(),
    );
    expect(same.filter((key) => !names.has(key))).toEqual([]);
  });
});

describe('French typography', () => {
  const french = keys.flatMap((key) => texts(fr[key]).map((text) => [key, text] as const));

  it.each(french)('%s: %s', (_, text) => {
    // Code, paths and lists of signs are quoted as they are typed.
    const prose = text
      .replace(/aucun de .* \]/, '')
      .replace(/`[^`]*`|https?:\/\/\S+|[\w/.-]+:[\w.-]+|\{[^{}]*: [^{}]*\}|\(!\)/g, '');
    expect(prose, 'a straight apostrophe').not.toMatch(/\p{L}'\p{L}/u);
    expect(prose, 'no space, or a breaking one, before a colon').not.toMatch(/(?<!\u00a0):(?=\s|$)/);
    expect(prose, 'no space, or a breaking one, before ; ! ?').not.toMatch(/(?<!\u202f)[;!?](?=\s|$)/);
    expect(prose, 'guillemets without their spaces').not.toMatch(/«(?!\u00a0)|(?<!\u00a0)»/);
    expect(prose, 'three dots').not.toContain('...');
  });
});

describe('translate', () => {
  const [english, french] = [createTranslate('en'), createTranslate('fr')];

  it('chooses the form by number and language', () => {
    expect(english('plan.files', { count: 0 })).toBe('0 files');
    expect(english('plan.files', { count: 1 })).toBe('1 file');
    expect(french('plan.files', { count: 0 })).toBe('0 fichier');
    expect(french('plan.files', { count: 2 })).toBe('2 fichiers');
  });

  it.each(['en', 'fr'] as const)('counts in %s as Intl does', (lang) => {
    const rules = new Intl.PluralRules(lang);
    const { one } = { en, fr }[lang]['plan.files'] as Exclude<Message, string>;
    for (const count of [...Array(200).keys(), 1000, 1001]) {
      const printed = createTranslate(lang)('plan.files', { count }).replace(/^[\d\s,]+/, '');
      expect(printed === one.replace('{count} ', ''), String(count)).toBe(rules.select(count) === 'one');
    }
  });

  it('writes quantities as each language does, and leaves texts alone', () => {
    expect(english('plan.files', { count: 1234 })).toBe('1,234 files');
    expect(french('plan.files', { count: 1234 })).toMatch(/^1\s234 fichiers$/);
    expect(english('sandbox.started', { url: 'http://127.0.0.1:4010' })).toContain('127.0.0.1:4010');
  });

  it('puts values in once, whatever they hold', () => {
    expect(english('error.tooManyWords', { word: '{command} $& $1', command: 'plan' })).toContain('"{command} $& $1"');
  });

  it('knows its own keys', () => {
    expect(isMessageKey('plan.create')).toBe(true);
    expect(isMessageKey('toString')).toBe(false);
  });
});
