export * from './entries.ts';
export * from './expiring.ts';
export * from './pipeline-template.ts';
export * from './pool.ts';
export * from './variable-groups.ts';
export * from './variables.ts';
