import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { Triple } from './pair-files.ts';

type Given = Partial<Record<'base' | 'theirs', string>> & {
  readonly mine?: string | { readonly kind: 'link' };
  readonly ownership?: Triple['ownership'];
};

function given({ base, mine, theirs, ownership = 'managed' }: Given): Triple {
  const version = (contents: string) => ({ contents, executable: false });
  return {
    path: 'a.yml',
    at: 'a.yml',
    to: 'a.yml',
    ownership,
    ...(base === undefined ? {} : { base: version(base) }),
    ...(mine === undefined ? {} : { mine: typeof mine === 'string' ? { kind: 'text', ...version(mine) } : mine }),
    ...(theirs === undefined ? {} : { theirs: version(theirs) }),
  };
}

const known = { knowsSeeds: true, isKnown: true };

describe('the decision for one file', () => {
  it.each<[string, Given, object]>([
    ['untouched, something new', { base: 'b', mine: 'b', theirs: 't' }, { action: 'take', file: { contents: 't' } }],
    ['untouched, nothing new', { base: 'b', mine: 'b', theirs: 'b' }, { action: 'same' }],
    ['edited, nothing new', { base: 'b', mine: 'm', theirs: 'b' }, { action: 'keep' }],
    ['edited to the same', { base: 'b', mine: 't', theirs: 't' }, { action: 'same' }],
    ['edited, something new', { base: 'b', mine: 'm', theirs: 't' }, { action: 'merge' }],
    ['removed, something new', { base: 'b', theirs: 't' }, { action: 'stay-deleted', changed: true }],
    ['removed, nothing new', { base: 'b', theirs: 'b' }, { action: 'stay-deleted', changed: false }],
    ['untouched, gone from the templates', { base: 'b', mine: 'b' }, { action: 'delete' }],
    ['edited, gone from the templates', { base: 'b', mine: 'm' }, { action: 'conflict', reason: 'template-removed' }],
    ['gone from both', { base: 'b' }, { action: 'same' }],
    ['new', { theirs: 't' }, { action: 'add', file: { contents: 't' } }],
    ['new, and the team has the same', { mine: 't', theirs: 't' }, { action: 'same' }],
    ['new, and the team has another', { mine: 'm', theirs: 't' }, { action: 'merge' }],
    ['a link, something new', { base: 'b', mine: { kind: 'link' }, theirs: 't' }, { reason: 'not-text' }],
    ['a link, nothing new', { base: 'b', mine: { kind: 'link' }, theirs: 'b' }, { action: 'keep' }],
    ['a link, gone', { base: 'b', mine: { kind: 'link' } }, { reason: 'template-removed' }],
    ['saved with CRLF', { base: 'b\n', mine: 'b\r\n', theirs: 't\n' }, { action: 'take', file: { contents: 't\r\n' } }],
    ['marks left in it', { base: 'b', mine: '<<<<<<< a\n>>>>>>> b\n', theirs: 'b' }, { reason: 'unresolved' }],
    ['not to be edited, edited', { base: 'b', mine: 'm', theirs: 't', ownership: 'locked' }, { reason: 'locked' }],
    ['not to be edited, untouched', { base: 'b', mine: 'b', theirs: 't', ownership: 'locked' }, { action: 'take' }],
    ['the team’s', { mine: 'm', theirs: 't', ownership: 'seed' }, { action: 'yours' }],
    ['the team’s, removed', { theirs: 't', ownership: 'seed' }, { action: 'yours' }],
  ])('%s', (_, triple, expected) => {
    expect(decide(given(triple), known)).toMatchObject(expected);
  });

  it('writes a new file of the team’s only where the lock says that it was never there', () => {
    const triple = given({ theirs: 't', ownership: 'seed' });
    expect(decide(triple, { knowsSeeds: true, isKnown: false })).toMatchObject({ action: 'add' });
    expect(decide(triple, { knowsSeeds: false, isKnown: false })).toEqual({ action: 'yours' });
  });

  it('leaves the executable bit to whoever changed it', () => {
    const bits = (base: boolean, mine: boolean | undefined, theirs: boolean) => {
      const bit = mine === undefined ? {} : { executable: mine };
      const triple: Triple = {
        ...given({}),
        base: { contents: 'b', executable: base },
        mine: { kind: 'text', contents: 'b', ...bit },
        theirs: { contents: 'b', executable: theirs },
      };
      return decide(triple, known);
    };
    expect(bits(false, false, true)).toEqual({ action: 'take', file: { contents: 'b', executable: true } });
    expect(bits(false, true, false)).toMatchObject({ action: 'same' });
    expect(bits(true, false, true)).toMatchObject({ action: 'same' });
    expect(bits(false, undefined, true)).toMatchObject({ action: 'same' });
  });
});
