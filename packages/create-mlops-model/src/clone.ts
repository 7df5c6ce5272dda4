import { dirname } from 'node:path';
import {
  BASE_PATH,
  type FileState,
  LOCK_PATH,
  MANIFEST_PATH,
  type Manifest,
  parseManifest,
  readLock,
  toFileStates,
  toNames,
} from '@create-mlops-model/core';
import type { CommandContext, TargetKind } from './command.ts';
import { noManifest, readManifest } from './project-folder.ts';
import { renderProject } from './render-project.ts';
import { type Disk, openDisk } from './services/disk.ts';
import { makeGit } from './services/git.ts';
import { openSession, type Session } from './session.ts';

/** A model's folder on this disk, opened. */
export interface OpenClone {
  readonly session: Session;
  readonly manifest: Manifest;
  /** Whose word counts: the default branch on the server, or this working tree (not there yet, or asked for). */
  readonly source: 'remote' | 'worktree';
  /** Managed files that are not as they were written: shown, never touched. */
  readonly edited: ReadonlyMap<string, FileState>;
}

/**
 * Opens the model whose folder this is, or lies above. The manifest is the one on the server's default branch.
 * @param from `worktree` looks ahead with the manifest on this disk
 */
export async function openClone(context: CommandContext, from?: 'worktree'): Promise<OpenClone> {
  const disk = getModelFolder(context);
  const local = await readManifest(context, disk);
  const kind = await findTargetKind(context, disk.folder, local);
  const session = await openSession(context, { manifest: local, folder: disk.folder, kind });
  const text = await findServerText(session);
  const edited = await readFileStates(disk, context.version);
  if (from === undefined && text !== undefined) {
    const remote = withManifest(context, session, text);
    return { session: remote, manifest: remote.project.manifest, source: 'remote', edited };
  }
  const opened = text === undefined ? await withFiles(context, session) : session;
  return { session: opened, manifest: local, source: 'worktree', edited };
}

/** The same session with the manifest of the server's default branch; `undefined` where there is none yet. */
export async function followServer(context: CommandContext, session: Session): Promise<Session | undefined> {
  const text = await findServerText(session);
  return text === undefined ? undefined : withManifest(context, session, text);
}

function findServerText({ project, services }: Session): Promise<string | undefined> {
  return services.azureDevOps.repositories.findText(project.names.repository, MANIFEST_PATH, 'main');
}

function withManifest(context: CommandContext, session: Session, text: string): Session {
  const manifest = parseManifest(text, `main:${MANIFEST_PATH}`, context.translate);
  return { ...session, project: { ...session.project, manifest, names: toNames(manifest) } };
}

/** A project that died before its first commit gets its files written again. */
async function withFiles(context: CommandContext, session: Session): Promise<Session> {
  const { disk, git } = session.services;
  if ((await git.findClone(disk.folder))?.head !== undefined) return session;
  const files = await renderProject(session.project.manifest, context.version);
  return { ...session, project: { ...session.project, files } };
}

/** The nearest folder with an `mlops.yaml`, from here upwards. */
export function findModelFolder(cwd: string): Disk | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const disk = openDisk(folder);
    if (disk.exists(MANIFEST_PATH)) return disk;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The same; @throws UserError `usage` where there is none */
export function getModelFolder(context: CommandContext): Disk {
  const disk = findModelFolder(context.cwd);
  if (disk === undefined) throw noManifest(context, context.cwd);
  return disk;
}

/** The flag; else where `origin` leads; else Azure once an organisation is named. */
export async function findTargetKind(context: CommandContext, folder: string, manifest: Manifest): Promise<TargetKind> {
  if (context.flags.target) return context.flags.target;
  const origin = (await makeGit(context.env).findClone(folder))?.origin;
  if (origin && URL.canParse(origin)) {
    const { protocol, hostname } = new URL(origin);
    if (/^https?:$/.test(protocol)) return hostname === '127.0.0.1' ? 'sandbox' : 'azure';
  }
  return manifest.devops.organization === '' ? 'sandbox' : 'azure';
}

async function readFileStates(disk: Disk, version: string): Promise<ReadonlyMap<string, FileState>> {
  const lock = disk.find(LOCK_PATH);
  if (!lock) return new Map([[LOCK_PATH, 'deleted']]);
  const states = await toFileStates(readLock(lock.contents, version), (path) => disk.find(path)?.contents);
  return new Map([...states].filter(([path, state]) => state !== 'pristine' && path !== BASE_PATH));
}
