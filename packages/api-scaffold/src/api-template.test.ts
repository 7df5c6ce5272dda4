import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { aManifest } from '../../../test/build.ts';
import { apiTemplate, printApiSchema, toApiSchema, toOpenApi } from './index.ts';

const NONE = aManifest({
  model: { example: 'none', task: 'regression', framework: 'custom', metric: { name: 'rmse', goal: 'minimize' } },
});
const FRENCH = aManifest({ model: { framework: 'lightgbm' }, languages: ['fr'] });

describe('the template of the service', () => {
  it('takes the variant of score.py that fits the framework', () => {
    expect(apiTemplate.target('score.linear.py', NONE)).toBe('api/score.py');
    expect(apiTemplate.target('score.lightgbm.py', NONE)).toBeUndefined();
    expect(apiTemplate.target('score.lightgbm.py', FRENCH)).toBe('api/score.py');
    expect(apiTemplate.target('score.linear.py', FRENCH)).toBeUndefined();
    expect(apiTemplate.target('app.py', FRENCH)).toBe('api/app.py');
  });

  it('makes the contract and one document a language', () => {
    expect([...(apiTemplate.made?.(aManifest()) ?? new Map()).keys()].sort()).toEqual([
      'api/openapi.en.json',
      'api/openapi.fr.json',
      'api/schema.yaml',
    ]);
    expect([...(apiTemplate.made?.(FRENCH) ?? new Map()).keys()].sort()).toEqual([
      'api/openapi.fr.json',
      'api/schema.yaml',
    ]);
  });

  it('leaves the contract and what follows from it to the team', () => {
    const seed = ['api/score.py', 'api/schema.yaml', 'api/openapi.en.json', 'api/tests/test_score.py'];
    for (const path of seed) expect(apiTemplate.ownership(path), path).toBe('seed');
    for (const path of ['api/app.py', 'api/openapi.py']) expect(apiTemplate.ownership(path), path).toBe('managed');
  });
});

describe('the contract', () => {
  it.each([aManifest(), NONE, FRENCH])('is printed so that YAML reads the same back (%#)', (manifest) => {
    const schema = toApiSchema(manifest);
    expect(parse(printApiSchema(schema))).toEqual(schema);
  });

  it('answers what the task asks', () => {
    expect(toApiSchema(aManifest()).output.map((field) => field.name)).toEqual(['label', 'probability']);
    expect(toApiSchema(NONE).output.map((field) => field.name)).toEqual(['prediction']);
  });
});

describe('the OpenAPI documents', () => {
  it('differ between the languages in their texts only', () => {
    const schema = toApiSchema(aManifest());
    const [english, french] = (['en', 'fr'] as const).map((language) => toOpenApi(schema, aManifest(), language));
    expect(french).not.toEqual(english);
    expect(withoutTexts(french)).toEqual(withoutTexts(english));
  });

  it('carry the limits and the title of the manifest', () => {
    const manifest = aManifest({ api: { limits: { rows: 7, bytes: 2048 } } });
    const document = toOpenApi(toApiSchema(manifest), manifest, 'fr');
    expect(document).toMatchObject({
      info: { title: manifest.model.title.fr },
      components: { schemas: { Request: { 'x-max-bytes': 2048, properties: { data: { maxItems: 7 } } } } },
    });
  });

  it('lets a nullable field be null, and leaves no marker behind', () => {
    const text = JSON.stringify(toOpenApi(toApiSchema(aManifest()), aManifest(), 'en'));
    expect(text).toContain('"lot_area":{"type":["number","null"]');
    expect(text).not.toContain('$value');
  });
});

/** The document with every text replaced by its key's name. */
function withoutTexts(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutTexts);
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      const isText = ['title', 'summary', 'description'].includes(key) && typeof value === 'string';
      return [key, isText ? key : withoutTexts(value)];
    }),
  );
}
