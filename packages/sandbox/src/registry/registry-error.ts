/** Codes of the OCI distribution specification, and the status each of them comes with. */
const STATUS = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  RANGE_INVALID: 416,
  SIZE_INVALID: 400,
  UNAUTHORIZED: 401,
  UNSUPPORTED: 405,
} as const;

/** What the registry refuses, in the specification's form. */
export class RegistryError extends Error {
  readonly code: keyof typeof STATUS;
  readonly detail: unknown;

  constructor(code: keyof typeof STATUS, message: string, detail: unknown = null) {
    super(message);
    this.name = 'RegistryError';
    this.code = code;
    this.detail = detail;
  }

  /** HTTP status of the answer. */
  get status(): number {
    return STATUS[this.code];
  }

  /** Body of the answer. */
  toBody(): unknown {
    return { errors: [{ code: this.code, message: this.message, detail: this.detail }] };
  }
}
