import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { UserError } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { parseAnswers, parseManifest } from './manifest-text.ts';
import { createTranslate } from './messages/index.ts';
import { printManifest } from './print-manifest.ts';
import { toManifest } from './to-manifest.ts';

const text = printManifest(toManifest({ name: 'ottawa-over-asking' }));

/** What is said about a text, a line each, without the file's name. */
function complaints(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof UserError && error.code === 'usage') return error.message.split('\n').slice(1).map(shorten);
    throw error;
  }
  return [];
}

function shorten(line: string): string {
  return line.trim().replace(/^mlops\.yaml:/, '');
}

const inManifest = (from: string | RegExp, to: string) =>
  complaints(() => parseManifest(text.replace(from, to), 'mlops.yaml'));

const printable = fc
  .string({ unit: 'grapheme', maxLength: 60 })
  .filter((value) => !/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u.test(value));
const tricky = fc.constantFrom(
  'no',
  '~',
  '1e3',
  '0x1F',
  '12:30',
  '- a',
  'a: b',
  '# c',
  '${{ x }}',
  '$(x)',
  "l'été",
  '|',
  '>',
);
const free = fc.oneof(
  printable,
  tricky,
  fc.constantFrom(' padded ', '\\n', '"', '%', '@', '`', '*a', '&a', '!a', '2026-01-01', '=', '<<'),
);

const answers = fc.record({
  name: fc.constantFrom('abc', 'ottawa-over-asking', 'x'.repeat(40)),
  titleEn: free,
  titleFr: free,
  descriptionEn: free,
  descriptionFr: free,
  owner: free,
  task: fc.constantFrom('classification', 'regression'),
  framework: fc.constantFrom('sklearn', 'lightgbm', 'custom'),
  minimumGain: fc.double({ min: 0, max: 1e6, noNaN: true }),
  select: fc.oneof(fc.constantFrom('best', 'latest'), fc.integer({ min: 1, max: 99999 })),
  python: fc.constantFrom('3.11', '3.12', '3.13'),
  workers: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constant({ min: 1, max: 4 })),
  approvers: fc.uniqueArray(free, { maxLength: 3 }),
  schedules: fc.array(fc.constantFrom({ cron: '0 6 * * 1', timeZone: 'America/Toronto' }, { cron: '*/30 * * * *' }), {
    maxLength: 3,
  }),
  languages: fc.constantFrom(['en'], ['fr'], ['fr', 'en']),
});

describe('a printed manifest', () => {
  it('is read back as the same, by us and by YAML 1.1 readers', () => {
    fc.assert(
      fc.property(answers, (given) => {
        const manifest: Manifest = toManifest(given);
        const printed = printManifest(manifest);
        expect(parseManifest(printed, 'mlops.yaml')).toEqual(manifest);
        const { keep: _, ...rest } = manifest;
        expect(parse(printed, { version: '1.1' })).toEqual(rest);
      }),
      { numRuns: 200 },
    );
  });

  it('names its schema first and explains each field in the first language', () => {
    expect(text).toMatch(/^# yaml-language-server: \$schema=pipelines\/ci-train\/mlops\.schema\.json\n/);
    expect(text).toContain('  # Team or address that answers for the model.\n  owner: ');
    const french = printManifest(toManifest({ name: 'abc', languages: ['fr', 'en'] }));
    expect(french).toContain('  # Équipe ou adresse qui répond du modèle.\n  owner: ');
    const fields = text.split('\n').filter((line) => /^ *[a-zA-Z]+:/.test(line) && !line.includes('timeZone'));
    const comments = text.split('\n').filter((line) => /^ *# /.test(line));
    expect(comments).toHaveLength(fields.length + 2);
  });

  it('keeps what was taken over', () => {
    const manifest = { ...toManifest({ name: 'abc' }), keep: ['repository:abc'] };
    expect(parseManifest(printManifest(manifest), 'mlops.yaml').keep).toEqual(['repository:abc']);
  });
});

describe('a manifest that cannot be used', () => {
  it.each([
    ['an unknown key', /goal: minimize/, 'gaol: minimize', /^\d+:5 .*"gaol".*Did you mean "goal"/m],
    ['a missing field', /^ +goal: minimize\n/m, '', /model\.metric\.goal: this is missing/],
    ['a wrong type', "python: '3.12'", 'python: 3.12', /^\d+:9 python: must be one of: 3\.11, 3\.12, 3\.13; not 3\.12/],
    ['text for a number', 'reviewers: 1', 'reviewers: one', /reviewers: must be a number, not "one"/],
    ['a number out of range', 'reviewers: 1', 'reviewers: 11', /must be at most 10/],
    ['half a person', 'reviewers: 1', 'reviewers: 1.5', /must be a whole number/],
    ['text for a section', /image:\n.*\n.*\n/, 'image: x\n', /image: must be a section/],
    ['a hostile name', 'name: ottawa-over-asking', 'name: My Model', /^\d+:9 model\.name: .*Try: my-model/],
    ['a cron with six fields', "'0 6 * * 1'", "'0 6 * * 1 *'", /schedules\.0\.cron: .*five fields.*has 6/],
    [
      'an unknown time zone',
      'timeZone: UTC',
      'timeZone: Toronto',
      /schedules\.0\.timeZone: "Toronto" is not a time zone/,
    ],
    ['a schedule Azure cannot keep', "'0 6 * * 1'", "'0 6 1 * 1'", /schedules\.0: .*both limited/],
    ['a region abroad', 'region: canadacentral', 'region: eastus', /azure\.region: eastus is outside Canada/],
    ['the same language twice', '[ en, fr ]', '[ en, en ]', /languages: must not hold the same item twice/],
    ['another version', 'version: 1', 'version: 2', /version: must be one of: 1; not 2/],
    ['a secret key', /owner: ''/, 'token: abc', /"token" looks like a secret/],
    ['a secret value', /owner: ''/, `owner: dapi${'0123456789abcdef'.repeat(2)}`, /looks like a token/],
    ['a key twice', /owner: ''/, "owner: ''\n  owner: ''", /stands here twice/],
    ['a YAML 1.1 boolean', /owner: ''/, 'owner: no', /"no" means different things/],
    ['a YAML 1.1 base-60 number', /owner: ''/, 'owner: 12:30', /"12:30" means different things/],
    ['a tag', /owner: ''/, 'owner: !!binary aGk=', /tags \(!\) are not used/],
    ['an anchor', /owner: ''/, 'owner: &a x', /aliases and anchors/],
    ['a merge key', 'image:', '<<: {}\nimage:', /"<<"/],
    ['a second document', 'image:', '---\nimage:', /only one document/],
    ['a tab', '  en: ', '\ten: ', /YAML/],
    ['an open bracket', '[ en, fr ]', '[ en, fr', /not readable YAML/],
  ])('says where %s is', (_, from, to, complaint) => {
    const found = inManifest(from as string, to);
    expect(found.join('\n')).toMatch(complaint);
    for (const line of found) expect(line).toMatch(/^\d+:\d+ /);
  });

  it('names every problem, in the order of the text', () => {
    const broken = text
      .replace('name: ottawa-over-asking', 'name: OTTAWA')
      .replace('reviewers: 1', 'reviewers: -1')
      .replace('policyId:', 'policy:')
      .replace('exposure: cluster', 'exposure: internet');
    const found = complaints(() => parseManifest(broken, 'mlops.yaml'));
    expect(found).toHaveLength(4);
    const lines = found.map((line) => Number(line.split(':')[0]));
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
  });

  it('speaks French', () => {
    const read = () =>
      parseManifest(text.replace('reviewers: 1', 'reviewers: 11'), 'mlops.yaml', createTranslate('fr'));
    expect(read).toThrow('mlops.yaml ne convient pas');
  });

  it('survives what is made to break parsers', () => {
    const bombs = [
      `a: &a [x,x]\n${Array.from({ length: 30 }, (_, n) => `b${n}: &b${n} [*${n === 0 ? 'a' : `b${n - 1}`},*a]`).join('\n')}`,
      '['.repeat(100_000),
      '- '.repeat(50_000),
      `${'a: {'.repeat(5000)}`,
      'x'.repeat(1_000_000),
      Array.from({ length: 2000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'),
      '__proto__: { polluted: true }\nconstructor: 1',
      '\u0000',
      '',
    ];
    for (const bomb of bombs) expect(complaints(() => parseManifest(bomb, 'mlops.yaml')).length).toBeGreaterThan(0);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is refused or read, never anything else, whatever the text', () => {
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ maxLength: 8 }), fc.nat(5), (at, piece, gone) => {
        const edited = text.slice(0, at) + piece + text.slice(at + gone);
        for (const line of complaints(() => parseManifest(edited, 'mlops.yaml'))) expect(line).toMatch(/^\d+:\d+ /);
        expect(edited).toBeTypeOf('string');
      }),
      { numRuns: 300 },
    );
  });
});

describe('an answers file', () => {
  it('is any part of a manifest', () => {
    expect(parseAnswers('model: { name: abc, metric: { name: rmse } }', 'a.yaml')).toEqual({
      name: 'abc',
      metric: 'rmse',
    });
    expect(parseAnswers('# nothing yet', 'a.yaml')).toEqual({});
  });

  it('is checked like a manifest', () => {
    const found = complaints(() => parseAnswers('model: { name: A B }\nretraning: {}', 'mlops.yaml'));
    expect(found).toEqual([
      expect.stringContaining('1:16 model.name'),
      expect.stringContaining('Did you mean "retraining"'),
    ]);
  });

  it('is not judged by fields that another source may give', () => {
    expect(parseAnswers('azure: { region: eastus }', 'a.yaml')).toEqual({ region: 'eastus' });
    expect(() => toManifest({ name: 'abc', region: 'eastus' })).toThrow('outside Canada');
    expect(toManifest({ name: 'abc', region: 'eastus', classification: 'unclassified' }).azure.region).toBe('eastus');
  });
});
