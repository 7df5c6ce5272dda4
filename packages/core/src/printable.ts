/** Where the text will be read besides a screen. */
export interface PrintableOptions {
  /** Whether an Azure Pipelines agent reads along. */
  readonly inPipeline: boolean;
}

/** Bold, dim and the plain colours: all that we print ourselves. */
const OWN_STYLE = /^\u001b\[(?:[12]|22|3[1-6]|39)m/;

/** Sequences that terminals obey: CSI, OSC with its text, other escapes. */
const ESCAPE =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** Controls other than tab and line feed, and the marks that reorder text on screen. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that a terminal only shows. Names and messages from services are others' words: they must not move the cursor,
 * rename the window, hide text, or give commands to a pipeline agent (`##vso[…]`, `##[…]`).
 */
export function toPrintable(text: string, { inPipeline }: PrintableOptions): string {
  const shown = text
    .replace(ESCAPE, (sequence) => (OWN_STYLE.test(sequence) ? sequence.replace('\u001b', '\ue000') : ''))
    .replace(CONTROL, '')
    .replace(/\ue000(?=\[(?:[12]|22|3[1-6]|39)m)/g, '\u001b');
  return inPipeline ? shown.replace(/##(?=(vso)?\[)/g, '# #') : shown;
}

/** Text of others in one line of ours: no styles either. */
export function toPlainText(text: string): string {
  return text.replace(ESCAPE, '').replace(CONTROL, '').replace(/\s+/g, ' ').trim();
}
