/** The commands that work on a project which exists; they share nearly all they load, so they are one chunk. */
export * as apply from './apply.ts';
export * as destroy from './destroy.ts';
export * as doctor from './doctor.ts';
export * as feature from './feature.ts';
export * as plan from './plan.ts';
export * as rehearse from './rehearse.ts';
export * as schedule from './schedule.ts';
