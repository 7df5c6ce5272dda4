import type { TimelineRecord } from './run-record.ts';

/** Ids and versions of tasks, as the timeline names them (microsoft/azure-pipelines-tasks, each task.json). */
const TASKS: Readonly<Record<string, readonly [id: string, version: string]>> = {
  'AzureCLI@2': ['46e4be58-730b-4389-8a2f-ea10b3e5e815', '2.0.0'],
  'Bash@3': ['6c731c3c-3c68-459a-a5c9-bde6e6595b5b', '3.0.0'],
  'CmdLine@2': ['d9bafed4-0b18-4f58-968d-86655b4d2ce9', '2.0.0'],
  'DownloadPipelineArtifact@2': ['61f2a582-95ae-4948-b34d-a1b3c4f6a737', '2.0.0'],
  'PowerShell@2': ['e213ff0f-5d5c-4791-802d-52ea3e7be1f1', '2.0.0'],
  'PublishPipelineArtifact@1': ['ecdc45f6-832d-4ad9-b52b-ee49e94659be', '1.0.0'],
  'PublishTestResults@2': ['0b0f01ed-7dde-43ff-9cbb-e48954daf9b1', '2.0.0'],
  'UsePythonVersion@0': ['33c63b11-352b-45a2-ba1b-54cb568a29ca', '0.0.0'],
};

/** A task as a timeline's line refers to it; a checkout is by its id alone. */
export function toTaskReference(task: string | undefined): TimelineRecord['task'] {
  if (task === undefined) return undefined;
  const known = TASKS[task];
  const [name = '', version = '1'] = task.split('@');
  return known ? { id: known[0], name, version: known[1] } : { id: name, name: 'Checkout', version: `${version}.0.0` };
}
