/** What signs in to the cluster. */
export interface KubeconfigOptions {
  /** Of the cluster, its context and the user's name. */
  readonly name: string;
  /** The API server. */
  readonly server: string;
  /** The certificate to trust, as PEM. */
  readonly certificate: string;
  readonly token: string;
}

/** A kubeconfig; JSON is YAML. */
export function toKubeconfig({ name, server, certificate, token }: KubeconfigOptions): string {
  const authority = Buffer.from(certificate).toString('base64');
  const user = `clusterUser_${name}`;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
