/** A text file at one of the three places that a merge looks at. */
export interface FileVersion {
  readonly contents: string;
  /** The executable bit; absent: not known, as on a disk without such bits. */
  readonly executable?: boolean;
}

/** What lies at a path of the project: text, or something that is never merged. */
export type ProjectFile =
  | ({ readonly kind: 'text' } & FileVersion)
  | { readonly kind: 'binary' | 'link' | 'folder' | 'submodule' | 'lfs-pointer' };

/** First line of what Git LFS keeps in the place of a large file. */
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

/** A file's bytes as text, exactly; what is no UTF-8 would not survive and is binary. */
export function toProjectFile(bytes: Uint8Array, executable?: boolean): ProjectFile {
  if (bytes.includes(0)) return { kind: 'binary' };
  let contents: string;
  try {
    contents = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { kind: 'binary' };
  }
  if (contents.startsWith(LFS_POINTER)) return { kind: 'lfs-pointer' };
  return { kind: 'text', contents, ...(executable === undefined ? {} : { executable }) };
}

/** How a text is written down: what an editor or a checkout changes without a word being changed. */
interface TextForm {
  readonly bom: boolean;
  readonly crlf: boolean;
}

const BOM = '\uFEFF';

/** CRLF only where every line ends so: of a mixture each line end is the team's own edit. */
function findForm(text: string): TextForm {
  const bom = text.startsWith(BOM);
  // The usual case costs no more than a look.
  if (!text.includes('\r\n')) return { bom, crlf: false };
  return { bom, crlf: !/(^|[^\r])\n/.test(text) };
}

/** The text as templates are rendered: LF, no mark before it. */
export function toLfText(text: string): string {
  const { bom, crlf } = findForm(text);
  const body = bom ? text.slice(1) : text;
  return crlf ? body.replaceAll('\r\n', '\n') : body;
}

/** A plain text written down as another one is. */
export function inFormOf(like: string, plain: string): string {
  const { bom, crlf } = findForm(like);
  const body = crlf ? plain.replaceAll('\n', '\r\n') : plain;
  return bom ? `${BOM}${body}` : body;
}
