/** The parts of an image's name. */
export interface ImageName {
  /** `host:port` of its registry. */
  readonly host: string;
  readonly repository: string;
  /** Digest or tag. */
  readonly reference: string;
}

/** Reads `host:port/repository[:tag][@digest]`; a digest counts more than a tag. */
export function parseImage(image: string): ImageName {
  const [, host = 'docker.io', repository = image, tag, digest] =
    /^(?:([^/]+[.:][^/]*|localhost)\/)?([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(image) ?? [];
  return { host, repository, reference: digest ?? tag ?? 'latest' };
}
