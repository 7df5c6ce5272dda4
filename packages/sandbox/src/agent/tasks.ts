/** Tasks that a pipeline here may name, with the version that is meant. */
export const TASKS: ReadonlySet<string> = new Set([
  'AzureCLI@2',
  'Bash@3',
  'CmdLine@2',
  'DownloadPipelineArtifact@2',
  'PowerShell@2',
  'PublishPipelineArtifact@1',
  'PublishTestResults@2',
  'UsePythonVersion@0',
]);
