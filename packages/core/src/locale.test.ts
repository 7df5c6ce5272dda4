import { describe, expect, it } from 'vitest';
import { findLang } from './locale.ts';

describe('the language', () => {
  it.each([
    ['fr', {}, 'en', 'fr'],
    ['en', { LC_ALL: 'fr_CA.UTF-8' }, 'fr', 'en'],
    [undefined, { LANG: 'fr_CA.UTF-8' }, 'en', 'fr'],
    [undefined, { LC_ALL: 'en_CA.UTF-8', LANG: 'fr_CA.UTF-8' }, 'fr', 'en'],
    [undefined, { LC_MESSAGES: 'fr', LANG: 'en_US.UTF-8' }, 'en', 'fr'],
    [undefined, { LANG: 'C.UTF-8' }, 'fr-CA', 'en'],
    [undefined, { LANG: '' }, 'fr-CA', 'fr'],
    [undefined, {}, 'de-DE', 'en'],
    [undefined, { LANG: 'fry_NL' }, 'en', 'en'],
  ])('%s %j %s → %s', (flag, env, system, lang) => {
    expect(findLang(flag, env, () => system)).toBe(lang);
  });
});
