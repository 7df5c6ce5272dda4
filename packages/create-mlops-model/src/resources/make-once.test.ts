import { expect, test } from 'vitest';
import { LostAnswer, ServiceError } from '../services/service-error.ts';
import { makeOldest, makeOnce } from './make-once.ts';

const taken = () =>
  new ServiceError('failed', 'exists', { status: 500, typeKey: 'DuplicateServiceConnectionException' });
const broken = () => new ServiceError('failed', 'internal error', { status: 500, typeKey: '' });
const lost = () => new LostAnswer('POST', 'http://x.test', new Error('reset'));

/** A server with unique names on which the first answers can be made to go wrong. */
function server(options: { failure?: () => Error; takesEffect?: boolean; hiddenFor?: number } = {}) {
  const objects: string[] = [];
  let { failure, hiddenFor = 0 } = options;
  return {
    objects,
    async make() {
      const now = failure;
      failure = undefined;
      if (!now || options.takesEffect) {
        if (objects.length > 0) throw taken();
        objects.push('made');
      }
      if (now) throw now();
      return 'made';
    },
    async find() {
      hiddenFor -= 1;
      return hiddenFor >= 0 ? undefined : objects[0];
    },
  };
}

test.each([
  ['nothing goes wrong', {}],
  ['the answer is lost after the effect', { failure: lost, takesEffect: true }],
  ['the answer is lost before the effect', { failure: lost, takesEffect: false }],
  ['the answer is lost and the object not visible yet', { failure: lost, takesEffect: true, hiddenFor: 3 }],
  ['the service fails after the effect', { failure: broken, takesEffect: true }],
  ['the service fails before the effect', { failure: broken, takesEffect: false }],
  ['somebody else was first', { failure: taken, takesEffect: true }],
])('one object is made when %s', async (_name, options) => {
  const { make, find, objects } = server(options);
  expect(await makeOnce(make, find)).toBe('made');
  expect(objects).toEqual(['made']);
});

test('other failures are handed on', async () => {
  const { make, find } = server({ failure: () => new ServiceError('forbidden', 'no', { status: 403, typeKey: '' }) });
  await expect(makeOnce(make, find)).rejects.toMatchObject({ code: 'forbidden' });
});

test('of two runs that make the same at once, the oldest stays', async () => {
  const objects: { id: number }[] = [];
  let id = 0;
  const kind = {
    async make() {
      objects.push({ id: ++id });
      const made = id;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return made;
    },
    list: async () => [...objects],
    async remove(gone: number) {
      objects.splice(
        objects.findIndex((each) => each.id === gone),
        1,
      );
    },
  };
  const made = await Promise.all([makeOldest(kind), makeOldest(kind)]);
  expect(made).toEqual([{ id: 1 }, { id: 1 }]);
  expect(objects).toEqual([{ id: 1 }]);
});

test.each([true, false])('a lost answer doubles nothing (effect: %s)', async (takesEffect) => {
  const objects: { id: number }[] = [];
  let fails = true;
  const kind = {
    async make() {
      if (!fails || takesEffect) objects.push({ id: objects.length + 1 });
      const now = fails;
      fails = false;
      if (now) throw lost();
      return objects.length;
    },
    list: async () => objects,
    remove: () => expect.unreachable(),
  };
  expect(await makeOldest(kind)).toEqual({ id: 1 });
  expect(objects).toHaveLength(1);
});
