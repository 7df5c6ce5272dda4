import { LostAnswer, ServiceError } from '../services/service-error.ts';

/** Pauses between looks for an object that the service says exists but does not show yet; milliseconds. */
const PAUSES = [250, 500, 1000, 2000];

/** The service's names for "there is one already"; the status differs (400, 409, 500), the name does not. */
const EXISTS = new Set([
  'GitRepositoryNameAlreadyExistsException',
  'DefinitionExistsException',
  'FolderExistsException',
  'VariableGroupExistsException',
  'EnvironmentExistsException',
  'DuplicateServiceConnectionException',
  'RESOURCE_ALREADY_EXISTS',
  'ALREADY_EXISTS',
]);

/** Whether the service refused because the name is taken. */
export function isTaken(error: unknown): boolean {
  return error instanceof ServiceError && (error.status === 409 || EXISTS.has(error.typeKey));
}

/** Whether the object may be there although we were told nothing, or a failure of the service itself. */
function isUncertain(error: unknown): boolean {
  if (error instanceof LostAnswer) return true;
  return error instanceof ServiceError && error.status >= 500 && error.status !== 503 && !isTaken(error);
}

/**
 * Makes an object whose name is unique on the server, and ends well when it exists already: because another run
 * made it meanwhile, or because the answer to our own request was lost after it had taken effect.
 */
export async function makeOnce<Live>(make: () => Promise<Live>, find: () => Promise<Live | undefined>): Promise<Live> {
  try {
    return await make();
  } catch (error) {
    if (isUncertain(error)) return (await find()) ?? makeAgain(make, find);
    if (isTaken(error)) return findSoon(find, error);
    throw error;
  }
}

async function makeAgain<Live>(make: () => Promise<Live>, find: () => Promise<Live | undefined>): Promise<Live> {
  try {
    return await make();
  } catch (error) {
    if (isTaken(error)) return findSoon(find, error);
    throw error;
  }
}

async function findSoon<Live>(find: () => Promise<Live | undefined>, reason: unknown): Promise<Live> {
  for (const pause of [0, ...PAUSES]) {
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const found = await find();
    if (found !== undefined) return found;
  }
  throw reason;
}

/** An object of a kind of which the server keeps several without complaint. */
interface Numbered {
  readonly id: number;
}

/**
 * Makes an object whose name is not unique on the server. Afterwards the list is read again: of several that are ours
 * the oldest stays, and the one just made goes.
 */
export async function makeOldest<Live extends Numbered>(kind: {
  readonly make: () => Promise<number>;
  /** Ours, oldest first. */
  readonly list: () => Promise<readonly Live[]>;
  readonly remove: (id: number) => Promise<void>;
}): Promise<Live> {
  const made = await makeOrFind(kind);
  const oldest = await findSoon(async () => (await kind.list())[0], new Error(`object ${made} is gone again`));
  if (made !== undefined && oldest.id !== made) await kind.remove(made);
  return oldest;
}

async function makeOrFind<Live extends Numbered>(kind: {
  readonly make: () => Promise<number>;
  readonly list: () => Promise<readonly Live[]>;
}): Promise<number | undefined> {
  try {
    return await kind.make();
  } catch (error) {
    if (!isUncertain(error)) throw error;
    return (await kind.list()).length > 0 ? undefined : kind.make();
  }
}
