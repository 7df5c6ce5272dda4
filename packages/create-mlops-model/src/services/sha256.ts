import { createHash } from 'node:crypto';

/** sha256 (hex) of a text with LF line ends. WebCrypto hands each text to another thread, and takes longer to load than to work. */
export function sha256(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
}
