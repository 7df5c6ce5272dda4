import { type Manifest, type Names, printYaml } from '@create-mlops-model/core';
import { toLiteral } from './literal.ts';
import { isHostedPool } from './pool.ts';

/** Longest job on a Microsoft-hosted agent (MicrosoftDocs pipelines/process/phases, "Timeouts"). */
const HOSTED_LIMIT_MINUTES = 360;

/** What the steps before and after the training run may take; minutes. */
const AROUND_TRAINING_MINUTES = 30;

/**
 * The names that every pipeline uses, as `pipelines/variables.yml` gives them: to YAML as `${{ variables.X }}`,
 * to scripts as environment variables. Nothing here depends on the target.
 */
export function toPipelineVariables(manifest: Manifest, names: Names): Readonly<Record<string, string>> {
  const { retraining, devops } = manifest;
  // Above the training job's own limit, so that this one ends a run that lasts too long, wherever agents allow it.
  const wanted = retraining.timeoutMinutes + AROUND_TRAINING_MINUTES;
  const limit = isHostedPool(devops.pool) ? Math.min(wanted, HOSTED_LIMIT_MINUTES) : wanted;
  const variables = {
    MODEL: names.model,
    PYTHON_VERSION: manifest.python,
    CI_CONNECTION: names.connections.ci,
    DEPLOY_CONNECTION: names.connections.deploy,
    INTEGRATION_ENVIRONMENT: names.environments.integration,
    PRODUCTION_ENVIRONMENT: names.environments.production,
    INTEGRATION_FOLDER: names.databricks.integration,
    MAIN_FOLDER: names.databricks.main,
    INTEGRATION_JOB: names.jobs.integration,
    TRAINING_JOB: names.jobs.train,
    RETRAIN_LIMIT_MINUTES: String(limit),
    // The script stops waiting before the agent stops the script, so that it can say how to go on.
    POLL_LIMIT_MINUTES: String(limit - 10),
    IMAGE: names.image,
    BASE_IMAGE: manifest.image.base || `python:${manifest.python}-slim`,
    NAMESPACE: names.namespace,
  };
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, toLiteral(name, value)]));
}

/** `pipelines/variables.yml`. */
export function printPipelineVariables(manifest: Manifest, names: Names): string {
  const variables = toPipelineVariables(manifest, names);
  // Text, each one: Azure reads 3.10 as 3.1 otherwise.
  const body = printYaml({ variables }, { isQuoted: () => true });
  return `# Names that all pipelines of this model use. Made from mlops.yaml.\n${body}`;
}
