/** What `docker` cannot do here, in a sentence for whoever reads the log. */
export class DockerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DockerError';
  }
}

/** A line of the Dockerfile that cannot be built without a container engine. */
export function refuseLine(line: number, what: string): DockerError {
  return new DockerError(
    `Dockerfile:${line}: ${what}\nThis machine has no container engine: the sandbox builds the image's process, not a container. Install Docker or Podman to build this file as it is.`,
  );
}
