import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnswer, printAnswer } from './answer-text.ts';
import type { Answers } from './answers.ts';
import { createTranslate, isMessageKey } from './messages/index.ts';
import type { AskingContext, Question } from './question.ts';
import { questions } from './questions.ts';
import { completeAnswers, fromManifest, toManifest, toPartialManifest, withAnswer } from './to-manifest.ts';

const translate = createTranslate('en');
const context: AskingContext = { lang: 'en', timeZone: 'America/Toronto', directory: undefined };

/** The questions that a person is asked who takes every proposal; Azure's are typed. */
function walk(target: 'sandbox' | 'azure', given: Answers = {}): readonly Question[] {
  const asked: Question[] = [];
  let soFar = given;
  for (const question of questions) {
    if (soFar[question.name] !== undefined || !(question.when?.(soFar) ?? true)) continue;
    if (question.asked === 'never' || (question.asked === 'azure' && target === 'sandbox')) continue;
    asked.push(question);
    soFar = withAnswer(soFar, question.name, question.fallback?.(soFar, context) ?? 'x');
  }
  return asked;
}

/** Every way through the questions whose number can differ. */
const ways: readonly Answers[] = ['classification', 'regression', undefined].flatMap((task) =>
  ['sklearn', 'custom', undefined].flatMap((framework) =>
    ['log_loss', 'own_metric', undefined].map((metric) => ({
      ...(task ? { task } : {}),
      ...(framework ? { framework } : {}),
      ...(metric ? { metric } : {}),
    })),
  ),
);

describe('the questions', () => {
  it.each(ways)('are at most 7 on the sandbox, all with a default: %j', (given) => {
    const asked = walk('sandbox', given);
    expect(asked.length).toBeLessThanOrEqual(7);
    // Only the goal of a metric that nobody knows has none.
    for (const question of asked.filter(({ name }) => name !== 'goal')) {
      expect(question.fallback?.(given, context), question.name).toBeDefined();
    }
  });

  it.each(ways)('are at most 15 on Azure: %j', (given) => {
    expect(walk('azure', given).length).toBeLessThanOrEqual(15);
  });

  it('skip what was answered', () => {
    const names = walk('sandbox', { name: 'abc', schedules: [] }).map(({ name }) => name);
    expect(names).not.toContain('name');
    expect(names).not.toContain('timeZone');
  });

  it('have a flag of their own each, none of them a setting of npm', () => {
    const flags = questions.map(({ flag }) => flag);
    expect(new Set(flags).size).toBe(flags.length);
    // From `npm config ls -l`: npm would keep these for itself without a word.
    const npm =
      'access all before ca cache cert cidr color config cpu depth description dev diff dry-run editor engine-strict force global git heading if-present include json key legacy libc link local-address location lockfile loglevel long node-options noproxy offline omit only optional os otp pack package parseable prefix preid production progress provenance proxy python quiet read-only rebuild-bundle registry save scope script searchlimit shell shrinkwrap silent tag timing tmp token umask unicode usage user userconfig verbose version versions viewer which workspace workspaces yes';
    expect(flags.filter((flag) => npm.split(' ').includes(flag.slice(2)))).toEqual([]);
  });

  it('reach every field of the manifest but its version and what was taken over', () => {
    const manifest = toManifest({ name: 'abc' });
    const leaves = (node: unknown, path: string): string[] =>
      typeof node === 'object' && node !== null && !Array.isArray(node)
        ? Object.entries(node).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`))
        : [path];
    const reached = questions.map(({ path }) => path.join('.')).filter((path) => !path.includes('*'));
    expect(reached.sort()).toEqual(
      leaves(manifest, '')
        .filter((path) => path !== 'version' && path !== 'keep')
        .sort(),
    );
  });

  it('have words for everything they show', () => {
    for (const question of questions) {
      const field = `field.${question.path.filter((step) => step !== '*').join('.')}`;
      expect(isMessageKey(field), field).toBe(true);
      expect(question.prompt !== undefined, question.name).toBe(question.asked !== 'never');
    }
  });

  it('offer choices that the manifest takes', () => {
    for (const question of questions.filter(({ choices }) => choices !== undefined)) {
      for (const choice of question.choices?.({}) ?? []) {
        const manifest = toManifest({ name: 'abc', [question.name]: choice.value });
        expect(fromManifest(manifest)[question.name], `${question.flag} ${choice.value}`).toBe(choice.value);
      }
    }
  });
});

describe('answers', () => {
  const value = (question: Question): fc.Arbitrary<unknown> => {
    switch (question.kind) {
      case 'text':
      case 'choice':
        return fc.string();
      case 'number':
        return fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((n) => Math.round(n * 1000) / 1000 + 0);
      case 'switch':
        return fc.boolean();
      case 'list':
        return fc.array(fc.string({ minLength: 1 }));
      case 'select':
        return fc.oneof(fc.constantFrom('best', 'latest'), fc.integer({ min: 1, max: 999999 }));
      case 'workers':
        return fc.oneof(fc.nat(1000), fc.record({ min: fc.nat(1000), max: fc.nat(1000) }));
      case 'schedules':
        return fc.array(fc.record({ cron: fc.constantFrom('0 6 * * 1', '*/5 * * * *') }));
    }
  };

  it.each(questions)('$flag reads back what it prints', (question) => {
    fc.assert(
      fc.property(value(question), (answer) => {
        const texts = printAnswer(question, answer as never);
        expect(parseAnswer(question, texts, translate)).toEqual({ value: answer });
      }),
      { numRuns: 50 },
    );
  });

  it('become a manifest and come back', () => {
    const answers = completeAnswers({ name: 'abc', schedules: [{ cron: '0 6 * * 1' }] }, context);
    const manifest = toManifest(answers);
    expect(manifest.retraining.schedules).toEqual([{ cron: '0 6 * * 1', timeZone: 'America/Toronto' }]);
    const { timeZone: _, ...rest } = answers;
    const back = fromManifest(manifest);
    expect(toManifest(back)).toEqual(manifest);
    expect(Object.keys(rest).filter((name) => rest[name as never] !== '' && back[name as never] === undefined)).toEqual(
      [],
    );
  });

  it('leave a zone of its own to a schedule that has one', () => {
    const schedules = [{ cron: '0 6 * * 1', timeZone: 'America/Vancouver' }, { cron: '0 7 * * 1' }];
    expect(toPartialManifest({ schedules, timeZone: 'UTC' })).toMatchObject({
      retraining: { schedules: [{ timeZone: 'America/Vancouver' }, { timeZone: 'UTC' }] },
    });
  });

  it('name the model after the folder, as far as a name can', () => {
    const named = (directory: string) => completeAnswers({}, { ...context, directory }).name;
    expect(named('churn')).toBe('churn');
    expect(named('Prévision des ventes')).toBe('prevision-des-ventes');
  });

  it('choose a GPU runtime with a GPU', () => {
    expect(toManifest({ name: 'abc', gpu: true }).databricks.compute.sparkVersion).toContain('gpu');
    expect(
      toManifest({ name: 'abc', gpu: true, sparkVersion: '16.4.x-gpu-ml-scala2.12' }).databricks.compute.sparkVersion,
    ).toBe('16.4.x-gpu-ml-scala2.12');
  });

  it('name every problem at once, each with its flag', () => {
    const wrong = () => toManifest({ name: 'A B', reviewers: 99, databricksHost: 'http://evil.example' });
    expect(wrong).toThrow(/3 answers cannot be used/);
    expect(wrong).toThrow(/--name \(model\.name\).*\n.*--databricks-host.*\n.*--reviewers/s);
  });
});
