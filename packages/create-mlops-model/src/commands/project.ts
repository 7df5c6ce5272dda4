/** What works on services; all of it shares nearly all it loads, so it is one chunk. */
export * from '../provision.ts';
export * as apply from './apply.ts';
export * as destroy from './destroy.ts';
export * as doctor from './doctor.ts';
export * as feature from './feature.ts';
export * as join from './join.ts';
export * as own from './own.ts';
export * as plan from './plan.ts';
export * as rehearse from './rehearse.ts';
export * as rollback from './rollback.ts';
export * as sandbox from './sandbox.ts';
export * as schedule from './schedule.ts';
export * as status from './status.ts';
export * as update from './update.ts';
