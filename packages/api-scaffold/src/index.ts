export * from './api-schema.ts';
export * from './api-template.ts';
export * from './open-api.ts';
export * from './schema-text.ts';
