import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import type { AgentFolders, JobVariable } from './job-work.ts';

const SYSTEMS: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'Darwin', win32: 'Windows_NT' };
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'X64', arm64: 'ARM64', ia32: 'X86', arm: 'ARM' };

/** What the agent itself says to a job (MicrosoftDocs build/variables): its folders and its machine. */
export function toFolderVariables({ build, temp, tools }: AgentFolders): Readonly<Record<string, JobVariable>> {
  const work = dirname(build);
  const staging = join(build, 'a');
  const values = {
    'Agent.BuildDirectory': build,
    'Agent.HomeDirectory': dirname(work),
    'Agent.OS': SYSTEMS[platform()] ?? platform(),
    'Agent.OSArchitecture': ARCHITECTURES[arch()] ?? arch().toUpperCase(),
    'Agent.RootDirectory': work,
    'Agent.TempDirectory': temp,
    'Agent.ToolsDirectory': tools,
    'Agent.WorkFolder': work,
    'Build.ArtifactStagingDirectory': staging,
    'Build.BinariesDirectory': join(build, 'b'),
    'Build.StagingDirectory': staging,
    'Common.TestResultsDirectory': join(build, 'TestResults'),
    'Pipeline.Workspace': build,
    'System.ArtifactsDirectory': staging,
    ...toSourceValues(join(build, 's')),
  };
  return toReadOnly(values);
}

/** Where the sources lie; a checkout with a path of its own moves them. */
export function toSourceVariables(folder: string): Readonly<Record<string, JobVariable>> {
  return toReadOnly(toSourceValues(folder));
}

function toSourceValues(folder: string): Readonly<Record<string, string>> {
  return {
    'Build.Repository.LocalPath': folder,
    'Build.SourcesDirectory': folder,
    'System.DefaultWorkingDirectory': folder,
  };
}

function toReadOnly(values: Readonly<Record<string, string>>): Readonly<Record<string, JobVariable>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, isReadOnly: true }]));
}
