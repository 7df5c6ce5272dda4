import { pattern, type Rule } from './text-rules.ts';

/*
 * What Azure, Azure DevOps and Databricks allow as names. Sources: learn.microsoft.com,
 * [R] "Naming rules and restrictions for Azure resources", [D] "Naming restrictions and conventions (Azure DevOps)",
 * [K] kubernetes.io "Object Names and IDs", [B] docs of Azure Databricks.
 */

/** Azure DevOps refuses these everywhere, and control characters. [D] */
const DEVOPS_TEXT = String.raw`[^/:\\~&%;@'"?<>|#$*}{,+=\[\]\u0000-\u001f]`;

/** Project and repository: 1–64, not starting with `_`, neither starting nor ending with `.` or a space. [D] */
const DEVOPS_NAME = new RegExp(`^(?![_. ])${DEVOPS_TEXT}{1,64}(?<![. ])$`, 'u');

/** Project names that the server keeps for itself. [D] */
const DEVOPS_RESERVED =
  /^(prn|com\d{1,2}|lpt\d|nul|con|aux|server|signalr|defaultcollection|web|app_(browsers|code|data|globalresources|localresources|themes|webresources)|bin|web\.config)$/i;

/** Host names of Azure Databricks workspaces in the public and the two sovereign clouds. [B] A token is sent there, so no other host will do. */
const DATABRICKS_HOST = /^https:\/\/[a-z0-9][a-z0-9.-]*\.(azuredatabricks\.net|databricks\.azure\.(us|cn))\/?$/;

const devopsName = pattern(DEVOPS_NAME, (t) => t('rule.devops.name'));

/** Project: the server's own names are refused too. */
const project: Rule = (value, translate) =>
  typeof value === 'string' && DEVOPS_RESERVED.test(value)
    ? translate('rule.devops.reserved', { value })
    : devopsName(value, translate);

/**
 * `contoso`, or a whole URL: `https://dev.azure.com/contoso`, `https://contoso.visualstudio.com`, a collection of Azure DevOps Server.
 * A token is sent there, so it must be https (or this machine) and carry no name, password, query or fragment.
 */
const organization: Rule = (value, translate) => {
  if (typeof value !== 'string' || value === '') return undefined;
  // [D]: letters, digits, hyphens; starts and ends with a letter or digit; ≤ 50.
  if (/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/i.test(value)) return undefined;
  const safeUrl = /^https:\/\/[a-z0-9.-]+(:\d{1,5})?(\/[\w.%-]+)*\/?$/i.test(value);
  const local = /^http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?(\/[\w.%-]+)*\/?$/i.test(value);
  return safeUrl || local ? undefined : translate('rule.organization');
};

/** Path in the manifest → what the value must look like. */
export const azureRules: Readonly<Record<string, Rule>> = {
  'azure.subscription': pattern(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, (t) => t('rule.subscription')),
  // [R] letters and digits of any script, `_ ( ) - .`, not ending with a period.
  'azure.resourceGroup': pattern(/^(?!-)[\p{L}\p{Nd}_().-]{1,90}(?<!\.)$/u, (t) => t('rule.resourceGroup')),
  'azure.region': pattern(/^[a-z][a-z0-9]{2,39}$/, (t) => t('rule.region')),
  // [R] Microsoft.MachineLearningServices/workspaces.
  'azure.workspace': pattern(/^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$/, (t) => t('rule.workspace')),
  // [R] Microsoft.ContainerRegistry/registries.
  'azure.registry': pattern(/^[a-zA-Z0-9]{5,50}$/, (t) => t('rule.registry')),
  // [R] Microsoft.ContainerService/managedClusters.
  'azure.cluster': pattern(/^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$/, (t) => t('rule.cluster')),
  // [K] RFC 1123 label; `kube-` is Kubernetes' own.
  'azure.namespace': pattern(/^(?!kube-)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, (t) => t('rule.namespace')),
  'databricks.host': pattern(DATABRICKS_HOST, (t) => t('rule.databricksHost')),
  'databricks.folder': pattern(/^(\/(?!\.{1,2}(\/|$))[\p{L}\p{Nd}_.@-][\p{L}\p{Nd} _.@-]*)+\/?$/u, (t) =>
    t('rule.databricksFolder'),
  ),
  'databricks.tracking.name': pattern(/^[a-zA-Z0-9_.@-]{1,128}$/, (t) => t('rule.trackingName')),
  // Keys such as `17.3.x-cpu-ml-scala2.13`. [B]
  'databricks.compute.sparkVersion': pattern(/^\d{1,2}\.\d{1,2}\.x(-[a-z0-9.]+)*$/, (t) => t('rule.sparkVersion')),
  'databricks.compute.nodeType': pattern(/^[a-zA-Z0-9_.-]{1,64}$/, (t) => t('rule.nodeType')),
  'databricks.compute.policyId': pattern(/^[A-Za-z0-9]{1,32}$/, (t) => t('rule.policyId')),
  'devops.organization': organization,
  'devops.project': project,
  'devops.repository': devopsName,
  // `< > | : $ @ " / % + * ?` are refused in a definition's folder; here the slash separates.
  'devops.folder': pattern(/^(\/(?!\.{1,2}(\/|$))[\p{L}\p{Nd}_.-][\p{L}\p{Nd} _.-]{0,99})*\/?$/u, (t) =>
    t('rule.devopsFolder'),
  ),
  'devops.pool': pattern(/^[\p{L}\p{Nd}][\p{L}\p{Nd} _.-]{0,127}$/u, (t) => t('rule.pool')),
  'devops.connections.ci': pattern(/^[\p{L}\p{Nd}][\p{L}\p{Nd} _.()-]{0,127}$/u, (t) => t('rule.connection')),
  'devops.connections.deploy': pattern(/^[\p{L}\p{Nd}][\p{L}\p{Nd} _.()-]{0,127}$/u, (t) => t('rule.connection')),
  // A reference as the OCI distribution specification and Docker write it: host, path, tag, digest.
  'image.base': pattern(
    /^([a-z0-9.-]+(:\d{1,5})?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/,
    (t) => t('rule.image'),
  ),
};
