/**
 * Writes to standard output without a stream: Node takes longer to load those than to print a help text.
 * Only for a text that is all the program says, and before any stream is touched.
 */
export function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSome(bytes, written);
}

/** A pipe that nobody reads at the moment takes nothing (EAGAIN); one that nobody will read any more is no error (EPIPE). */
function writeSome(bytes: Buffer, from: number): number {
  try {
    // An `import` of node:fs would read all its exports, some of which load the streams when they are read.
    return process.getBuiltinModule('node:fs').writeSync(1, bytes, from);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return 0;
    if (code === 'EPIPE') return bytes.length;
    throw error;
  }
}
