import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** One service's state: held in memory, written whole and atomically after each change. */
export interface Store<Data> {
  data: Data;
  /** Writes the state to disk; a reader or a crash sees the old text or the new one, never half of it. */
  save(): void;
}

/** Opens `<folder>/<name>.json`, or starts it from `initial`. */
export function openStore<Data>(folder: string, name: string, initial: () => Data): Store<Data> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.json`);
  const store: Store<Data> = {
    data: existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Data) : initial(),
    save() {
      const file = openSync(`${path}.tmp`, 'w', 0o600);
      writeSync(file, JSON.stringify(store.data));
      closeSync(file);
      renameSync(`${path}.tmp`, path);
    },
  };
  return store;
}
