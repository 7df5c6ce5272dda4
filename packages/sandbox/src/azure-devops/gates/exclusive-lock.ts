import type { Organization } from '../state.ts';
import { CHECK, describeChecked, listChecksOn } from './checks-on.ts';
import type { Scene } from './decide-stage.ts';
import { type Decision, gatesOf, type LockClaim } from './gates.ts';

/**
 * One stage at a time on a locked resource; all its locks at once, so that two stages never wait for each other.
 * `sequential`: who came first goes first. `runLatest`: of those that wait only the newest run stays.
 */
export function decideLock(scene: Scene): Decision | undefined {
  const { world, organization, build, stage } = scene;
  const checks = listChecksOn(scene, CHECK.exclusiveLock);
  if (checks.length === 0) return undefined;
  const claims = dropStale(organization);
  const own = claims.find((claim) => claim.buildId === build.id && claim.stage === stage.name) ?? addClaim(scene);
  if (own.isHeld) return undefined;
  const rivals = claims.filter((claim) => claim !== own && claim.keys.some((key) => own.keys.includes(key)));
  const where = checks.map((check) => describeChecked(scene, check)).join(', ');
  if (rivals.some((rival) => supersedes(rival, own))) {
    gatesOf(organization).claims = claims.filter((claim) => claim !== own);
    const why = `The exclusive lock on ${where} goes to a newer run; this one is canceled (lockBehavior: runLatest).`;
    return { kind: 'refuse', result: 'canceled', why };
  }
  const minutes = Math.min(...checks.map(({ timeout }) => timeout));
  if (world.clock.now().getTime() - Date.parse(own.since) > minutes * 60_000)
    return { kind: 'refuse', result: 'skipped', why: `The exclusive lock on ${where} was not free in time.` };
  const before = claims.slice(0, claims.indexOf(own));
  const isFree = rivals.every((rival) => !rival.isHeld && (!before.includes(rival) || supersedes(own, rival)));
  if (!isFree)
    return {
      kind: 'wait',
      checkpoint: 'Checkpoint.ExclusiveLock',
      why: `Waiting for the exclusive lock on ${where}, which another run holds`,
    };
  own.isHeld = true;
  return undefined;
}

function supersedes(newer: LockClaim, older: LockClaim): boolean {
  return older.behavior === 'runLatest' && !older.isHeld && newer.buildId > older.buildId;
}

function addClaim(scene: Scene): LockClaim {
  const { world, organization, build, stage } = scene;
  const claim: LockClaim = {
    buildId: build.id,
    stage: stage.name,
    keys: listChecksOn(scene, CHECK.exclusiveLock).map(({ resource }) => `${resource.type}:${resource.id}`),
    behavior: stage.lockBehavior === 'sequential' ? 'sequential' : 'runLatest',
    since: world.clock.now().toISOString(),
    isHeld: false,
  };
  gatesOf(organization).claims.push(claim);
  // Those that a newer run supersedes learn of it now, not when something else happens.
  world.runs.wake();
  return claim;
}

/** A run that ended without a word, as after a kill, holds nothing and waits for nothing. */
function dropStale(organization: Organization): LockClaim[] {
  const gates = gatesOf(organization);
  const isOver = (buildId: number) => {
    const build = organization.builds.find(({ id }) => id === buildId);
    return build === undefined || build.status === 'completed';
  };
  gates.claims = gates.claims.filter(({ buildId }) => !isOver(buildId));
  return gates.claims;
}
