/** What stands where a secret stood. */
const MASK = '***';

/** Hides secrets in text. */
export interface Masker {
  /** Hides a value from here on; of a value with several lines, each line too. */
  add(secret: string): void;
  /** The text without the secrets. */
  mask(text: string): string;
  /** Length of the longest secret. */
  readonly longest: number;
}

/** Makes a masker that knows no secret yet. */
export function makeMasker(): Masker {
  const values = new Set<string>();
  const addForms = (secret: string) => {
    for (const form of listForms(secret)) values.add(form);
  };
  return {
    add(secret) {
      if (secret === '') return;
      addForms(secret);
      for (const line of secret.split(/\r?\n/)) if (isTelling(line)) addForms(line.trim());
    },
    mask: (text) => maskCredentials(maskValues(text, values)),
    get longest() {
      return Math.max(0, ...[...values].map(({ length }) => length));
    },
  };
}

/** A bracket on a line of its own, as in a key file of JSON, gives nothing away and would hide every bracket. */
function isTelling(line: string): boolean {
  return line.trim().length > 3;
}

/** A secret as it is, and as it looks inside JSON, a URL and a shell word: the agent hides these forms as well. */
function listForms(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret.replace(/[\ud800-\udfff]/gu, '\ufffd'));
  return [secret, json, url, secret.replaceAll('\\', '\\\\')].filter((form) => form !== '');
}

/** Hides every stretch that secrets cover; two that overlap are one stretch, so that no end of either shows. */
function maskValues(text: string, values: ReadonlySet<string>): string {
  const stretches = [...values].flatMap((value) => findAll(text, value)).sort((a, b) => a.from - b.from);
  if (stretches.length === 0) return text;
  const parts: string[] = [];
  let done = 0;
  for (const { from, to } of stretches) {
    if (to <= done) continue;
    if (from >= done) parts.push(text.slice(done, from), MASK);
    done = to;
  }
  return parts.join('') + text.slice(done);
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

function findAll(text: string, value: string): readonly Stretch[] {
  const found: Stretch[] = [];
  for (let from = text.indexOf(value); from >= 0; from = text.indexOf(value, from + 1)) {
    found.push({ from, to: from + value.length });
  }
  return found;
}

/** The agent hides passwords in addresses even if nobody called them secret. */
function maskCredentials(text: string): string {
  return text.replace(/(?<=\/\/[^:/?#\s]+:)[^/?#\s@]+(?=@)/g, MASK);
}
