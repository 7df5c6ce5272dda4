export * from './errors.ts';
export * from './files.ts';
export * from './format.ts';
export * from './manifest.ts';
export * from './names.ts';
export * from './resource.ts';
export * from './target.ts';
export * from './template.ts';
