export {
  ensurePythonEnvironment,
  type PythonEnvironment,
} from '../../packages/sandbox/src/python/python-environment.ts';
