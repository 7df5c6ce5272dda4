import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, type Journal } from './apply.ts';
import { UserError } from './errors.ts';
import { toGraph } from './graph.ts';
import { blockedOf, changesOf, plan } from './plan.ts';
import { planRemoval, remove } from './remove.ts';
import type { Address, Lives, Resource } from './resource.ts';

/** A world of named things, each with a value and an owner; every write can be made to fail. */
interface World {
  readonly things: Map<string, { value: string; owner: string }>;
  readonly writes: string[];
  /** Called before and after the effect of each write; throwing is dying there. */
  interrupt: (write: number, when: 'before' | 'after') => void;
}

const aWorld = (): World => ({ things: new Map(), writes: [], interrupt: () => undefined });

interface ThingOptions {
  readonly needs?: readonly Address[];
  readonly value?: string;
  readonly lane?: string;
  readonly missingStep?: string;
}

function aThing(world: World, name: string, options: ThingOptions = {}): Resource {
  const { needs = [], value = 'new', lane, missingStep } = options;
  const write = async (): Promise<{ value: string; owner: string }> => {
    const number = world.writes.push(name);
    await Promise.resolve();
    world.interrupt(number, 'before');
    const live = { value, owner: 'us' };
    world.things.set(name, live);
    world.interrupt(number, 'after');
    return live;
  };
  return {
    address: `thing:${name}`,
    needs,
    ...(lane ? { lane } : {}),
    ...(missingStep ? { missingStep: () => missingStep } : {}),
    read: async () => world.things.get(name),
    isOurs: (live) => (live as { owner: string }).owner === 'us',
    diff: (live) =>
      (live as { value: string }).value === value
        ? []
        : [{ field: 'value', from: (live as { value: string }).value, to: value }],
    create: write,
    update: write,
    remove: async () => {
      world.writes.push(`-${name}`);
      world.things.delete(name);
    },
  };
}

function aJournal(): Journal & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    intend: (address, action) => lines.push(`${action} ${address}`),
    settle: (address, result) => lines.push(`${result} ${address}`),
  };
}

const run = async (resources: readonly Resource[], signal?: AbortSignal) =>
  apply(await plan(resources), { journal: aJournal(), ...(signal ? { signal } : {}) });

describe('plan', () => {
  it('creates what is missing, updates what is ours, leaves what is equal', async () => {
    const world = aWorld();
    world.things.set('equal', { value: 'new', owner: 'stranger' }).set('ours', { value: 'old', owner: 'us' });
    const { plan: steps } = await plan([aThing(world, 'missing'), aThing(world, 'ours'), aThing(world, 'equal')]);
    expect(steps.map((step) => step.action)).toEqual(['create', 'update', 'none']);
    expect(world.writes).toEqual([]);
  });

  it('blocks what a stranger owns until it is taken over', async () => {
    const world = aWorld();
    world.things.set('taken', { value: 'theirs', owner: 'stranger' });
    const resources = [aThing(world, 'taken')];
    expect(blockedOf((await plan(resources)).plan)).toMatchObject([{ reason: 'not-ours' }]);
    expect((await plan(resources, { takeOver: true })).plan).toMatchObject([{ action: 'update', takeOver: true }]);
  });

  it('blocks what only somebody else can make, with the step', async () => {
    const { plan: steps } = await plan([aThing(aWorld(), 'queue', { missingStep: 'add the pool' })]);
    expect(steps).toMatchObject([{ action: 'blocked', reason: 'missing', step: 'add the pool' }]);
  });

  it('starts all reads at once; a read waits only for the one it asks for', async () => {
    const log: string[] = [];
    const world = aWorld();
    const parent: Resource = {
      ...aThing(world, 'parent'),
      read: async () => {
        log.push('parent starts');
        await new Promise((resolve) => setTimeout(resolve, 5));
        log.push('parent ends');
        return { id: 7 };
      },
    };
    const child: Resource = {
      ...aThing(world, 'child', { needs: ['thing:parent'] }),
      read: async (lives) => {
        log.push('child starts');
        const live = (await lives.find(parent)) as { id: number };
        log.push(`child sees ${live.id}`);
        return undefined;
      },
    };
    await plan([child, parent]);
    expect(log.sort()).toEqual(['child sees 7', 'child starts', 'parent ends', 'parent starts']);
  });

  it('names the address of the read that failed, once, even when others waited for it', async () => {
    const world = aWorld();
    const parent: Resource = {
      ...aThing(world, 'parent'),
      read: async () => {
        throw new UserError('unreachable', 'no answer', 'check the network');
      },
    };
    const child: Resource = {
      ...aThing(world, 'child', { needs: ['thing:parent'] }),
      read: async (lives) => lives.find(parent),
    };
    await expect(plan([child, parent])).rejects.toMatchObject({
      code: 'unreachable',
      message: 'thing:parent: no answer',
      hint: 'check the network',
    });
  });

  it.each([
    ['a doubled address', () => [aThing(aWorld(), 'a'), aThing(aWorld(), 'a')], 'declared twice'],
    ['an unknown need', () => [aThing(aWorld(), 'a', { needs: ['thing:b'] })], 'nobody declares'],
    [
      'a cycle',
      () => [aThing(aWorld(), 'a', { needs: ['thing:b'] }), aThing(aWorld(), 'b', { needs: ['thing:a'] })],
      'cycle',
    ],
  ])('refuses %s as a bug', (_name, resources, text) => {
    expect(() => toGraph(resources())).toThrow(text);
  });
});

describe('apply', () => {
  it('goes on without what was refused, and skips what depends on it', async () => {
    const world = aWorld();
    const refused: Resource = {
      ...aThing(world, 'repository'),
      create: async () => {
        throw new UserError('forbidden', 'no right');
      },
    };
    const outcome = await run([
      refused,
      aThing(world, 'push', { needs: ['thing:repository'] }),
      aThing(world, 'policy', { needs: ['thing:push'] }),
      aThing(world, 'file'),
    ]);
    expect(outcome.results.map((result) => result.status)).toEqual(['refused', 'skipped', 'skipped', 'created']);
  });

  it('looks at something as soon as all it needs is there, and its failure stops nothing', async () => {
    const world = aWorld();
    const seen: string[][] = [];
    const look = (...needs: Address[]) => ({
      needs,
      look: async (lives: Lives) => {
        for (const address of needs) lives.get({ address });
        expect(() => lives.get({ address: 'thing:elsewhere' })).toThrow('does not need');
        seen.push([...needs, ...world.writes]);
        throw new Error('no answer');
      },
    });
    world.things.set('old', { value: 'new', owner: 'us' });
    const resources = [
      aThing(world, 'old'),
      aThing(world, 'first'),
      aThing(world, 'last', { needs: ['thing:first'] }),
      aThing(world, 'refused'),
    ];
    world.interrupt = (write) => {
      if (world.writes[write - 1] === 'refused') throw new UserError('forbidden', 'no');
    };
    const checks = [look('thing:old'), look('thing:old', 'thing:first'), look('thing:refused')];
    const outcome = await apply(await plan(resources), { journal: aJournal(), checks });
    expect(outcome.results.map(({ status }) => status)).toEqual(['unchanged', 'created', 'created', 'refused']);
    expect(seen).toEqual([['thing:old'], ['thing:old', 'thing:first', 'first', 'refused']]);
  });

  it('finishes what is in flight after a failure, starts nothing new, and journals all of it', async () => {
    const world = aWorld();
    const failing: Resource = {
      ...aThing(world, 'failing'),
      create: async () => {
        throw new UserError('failed', 'disk full');
      },
    };
    const slow: Resource = {
      ...aThing(world, 'slow'),
      create: async () => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        return { value: 'new', owner: 'us' };
      },
    };
    const journal = aJournal();
    const outcome = await apply(await plan([failing, slow, aThing(world, 'later')]), { journal, limit: 2 });
    expect(outcome.results.map((result) => result.status)).toEqual(['failed', 'created', 'skipped']);
    expect(journal.lines).toEqual([
      'create thing:failing',
      'create thing:slow',
      'failed thing:failing',
      'done thing:slow',
    ]);
  });

  it('stops at Ctrl-C after what is in flight', async () => {
    const world = aWorld();
    const controller = new AbortController();
    world.interrupt = () => controller.abort();
    const outcome = await run([aThing(world, 'a'), aThing(world, 'b', { needs: ['thing:a'] })], controller.signal);
    expect(outcome.cancelled).toBe(true);
    expect(outcome.results.map((result) => result.status)).toEqual(['created', 'skipped']);
  });

  it('writes one after another in a lane, and never more than the limit at once', async () => {
    const world = aWorld();
    let inLane = 0;
    let atOnce = 0;
    let most = 0;
    const watched = (name: string, lane?: string): Resource => ({
      ...aThing(world, name, lane ? { lane } : {}),
      create: async () => {
        atOnce += 1;
        if (lane) inLane += 1;
        most = Math.max(most, atOnce);
        expect(inLane).toBeLessThanOrEqual(1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        atOnce -= 1;
        if (lane) inLane -= 1;
        return { value: 'new', owner: 'us' };
      },
    });
    const resources = Array.from({ length: 12 }, (_, index) => watched(`t${index}`, index < 4 ? 'lane' : undefined));
    await apply(await plan(resources), { journal: aJournal(), limit: 3 });
    expect(most).toBe(3);
  });
});

/** Random things, each needing some of those before it, some there already. */
const aProject = fc.array(
  fc.record({
    needs: fc.array(fc.nat(), { maxLength: 3 }),
    start: fc.constantFrom('missing', 'equal', 'old') as fc.Arbitrary<'missing' | 'equal' | 'old'>,
  }),
  { minLength: 1, maxLength: 9 },
);

function toResources(world: World, project: readonly { needs: readonly number[]; start: string }[]): Resource[] {
  return project.map(({ needs, start }, index) => {
    if (start !== 'missing' && !world.writes.length && !world.things.has(`t${index}`)) {
      world.things.set(`t${index}`, { value: start === 'equal' ? 'new' : 'old', owner: 'us' });
    }
    const before = index === 0 ? [] : needs.map((need): Address => `thing:t${need % index}`);
    return aThing(world, `t${index}`, { needs: [...new Set(before)] });
  });
}

describe('properties', () => {
  it('a second plan right after an apply is empty, and needs come before dependants', async () => {
    await fc.assert(
      fc.asyncProperty(aProject, async (project) => {
        const world = aWorld();
        const resources = toResources(world, project);
        await run(resources);
        expect(changesOf((await plan(resources)).plan)).toEqual([]);
        for (const resource of resources) {
          const name = (address: string) => address.slice('thing:'.length);
          for (const need of resource.needs) {
            const [first, second] = [world.writes.indexOf(name(need)), world.writes.indexOf(name(resource.address))];
            if (first >= 0 && second >= 0) expect(first).toBeLessThan(second);
          }
        }
      }),
    );
  });

  it('a run that dies before or after any write is healed by running again', async () => {
    await fc.assert(
      fc.asyncProperty(aProject, fc.nat({ max: 9 }), fc.boolean(), async (project, at, before) => {
        const world = aWorld();
        const resources = toResources(world, project);
        world.interrupt = (write, when) => {
          if (write === at && when === (before ? 'before' : 'after')) throw new Error('killed');
        };
        await run(resources);
        world.interrupt = () => undefined;
        const outcome = await run(resources);
        expect(outcome.results.every((result) => ['unchanged', 'created', 'updated'].includes(result.status))).toBe(
          true,
        );
        expect([...world.things.values()].every((thing) => thing.value === 'new')).toBe(true);
        expect(changesOf((await plan(resources)).plan)).toEqual([]);
      }),
    );
  });
});

describe('remove', () => {
  it('removes what is ours, dependants first, and leaves the rest by name', async () => {
    const world = aWorld();
    const resources = [
      aThing(world, 'repository'),
      aThing(world, 'policy', { needs: ['thing:repository'] }),
      aThing(world, 'shared'),
      aThing(world, 'kept'),
      aThing(world, 'gone'),
    ];
    for (const name of ['repository', 'policy', 'kept']) world.things.set(name, { value: 'new', owner: 'us' });
    world.things.set('shared', { value: 'new', owner: 'stranger' });
    const planned = await plan(resources);
    const removals = planRemoval(planned, ['thing:kept']);
    expect(removals).toEqual([
      { action: 'leave', address: 'thing:kept', reason: 'kept' },
      { action: 'leave', address: 'thing:shared', reason: 'not-ours' },
      { action: 'remove', address: 'thing:policy' },
      { action: 'remove', address: 'thing:repository' },
    ]);
    await remove(planned, removals, { journal: aJournal() });
    expect(world.writes).toEqual(['-policy', '-repository']);
    expect([...world.things.keys()].sort()).toEqual(['kept', 'shared']);
  });
});
