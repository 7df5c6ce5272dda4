import { badRequest } from './errors.ts';

const FORBIDDEN = /[/:\\~&%;@'"?<>|#$*}{,+=[\]\p{Cc}\p{Cs}]/u;
const RESERVED =
  /^(prn|com\d|com10|lpt[1-9]|nul|con|aux|server|signalr|defaultcollection|web|app_\w+|bin|web\.config)$/i;

/** Refuses what a project or a repository may not be called. @throws ServiceError 400 */
export function checkName(kind: string, name: string): void {
  if (name === '' || name.length > 64 || FORBIDDEN.test(name) || /^[_.]|\.$/.test(name) || RESERVED.test(name)) {
    throw badRequest(
      `TF401025: '${name}' is not a valid name for a ${kind}.`,
      kind === 'project' ? 'InvalidProjectNameException' : 'InvalidGitRepositoryNameException',
    );
  }
}

/** Refuses what a pipeline's name or folder may not hold. @throws ServiceError 400 */
export function checkDefinitionName(name: string, path: string): void {
  if (name === '' || /[<>|:$@"/%+*?\\]/.test(name)) {
    throw badRequest(`The pipeline name '${name}' is not valid.`, 'InvalidDefinitionException');
  }
  checkFolderPath(path);
}

/** Refuses what a folder may not be called. @throws ServiceError 400 */
export function checkFolderPath(path: string): void {
  if (!path.startsWith('\\') || (path !== '\\' && path.endsWith('\\')) || /[<>|:$@"/%+*?]/.test(path)) {
    throw badRequest(`The folder path '${path}' is not valid.`, 'InvalidFolderException');
  }
}
