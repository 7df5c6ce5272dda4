import type { Address, RenderedFile, Resource } from '@create-mlops-model/core';
import type { Disk, DiskFile } from '../services/disk.ts';
import { differs } from './compare.ts';

/** Address of a generated file. */
export function fileAddress(path: string): Address {
  return `file:${path}`;
}

/** A generated file of a project that does not exist yet. Later changes go through `update`. */
export function fileResource(path: string, file: RenderedFile, disk: Disk): Resource<DiskFile> {
  const spec: DiskFile = { contents: file.contents, executable: file.executable ?? false };
  const write = async () => {
    disk.write(path, spec);
    return spec;
  };
  return {
    address: fileAddress(path),
    needs: [],
    local: true,
    read: async () => disk.find(path),
    // Equal files are taken; one that differs was written by somebody else.
    isOurs: () => false,
    diff: (live) => [
      ...differs('contents', live.contents, spec.contents),
      // Windows has no executable bit; git keeps it there.
      ...(process.platform === 'win32' ? [] : differs('executable', live.executable, spec.executable)),
    ],
    create: write,
    update: write,
  };
}
