export { type ConflictReason, hasMarks } from './decide.ts';
export * from './file-version.ts';
export { findTextProblems } from './find-text-problems.ts';
export { listAbove, listMissing, type MergeInput } from './pair-files.ts';
export * from './plan-merge.ts';
export * from './read-base.ts';
