/** An element with what stands in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own text and that of CDATA sections, in order. */
  readonly text: string;
}

/** Why a text is no XML, and where. */
export class XmlProblem extends Error {
  override readonly name = 'XmlProblem';
}

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const NAMES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
/** What can stand at a `<`. Entities that a document defines itself are not read: results have none, and they can blow up. */
const MARKUP =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*>|<\/([^\s>/]+)\s*>|<([^\s>/!?]+)((?:\s+[^\s=>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;

/** Reads a document's one element. @throws XmlProblem with the line */
export function parseXml(source: string): XmlElement {
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const path: Open[] = [root];
  let offset = source.startsWith('\ufeff') ? 1 : 0;
  const fail = (what: string) => new XmlProblem(`Line ${source.slice(0, offset).split('\n').length}: ${what}`);
  while (offset < source.length) {
    const top = path.at(-1) ?? root;
    if (source[offset] !== '<') {
      const end = source.indexOf('<', offset);
      const text = source.slice(offset, end < 0 ? undefined : end);
      if (top === root && text.trim() !== '') throw fail('text outside the document');
      top.text += decode(text);
      offset += text.length;
      continue;
    }
    MARKUP.lastIndex = offset;
    const [whole, data, closing, opening, attributes = '', slash] = MARKUP.exec(source) ?? [];
    if (whole === undefined) throw fail('a tag was expected');
    if (data !== undefined) top.text += data;
    if (closing !== undefined) {
      if (path.length === 1 || top.name !== closing) throw fail(`</${closing}> closes nothing that is open`);
      path.pop();
    }
    if (opening !== undefined) {
      if (top === root && root.children.length > 0) throw fail('a second element after the document');
      const element: Open = { name: opening, attributes: parseAttributes(attributes), children: [], text: '' };
      top.children.push(element);
      if (slash === '') path.push(element);
    }
    offset += whole.length;
  }
  if (path.length > 1) throw fail(`<${path.at(-1)?.name}> is not closed`);
  const [document] = root.children;
  if (!document) throw fail('there is no element');
  return document;
}

function parseAttributes(text: string): Readonly<Record<string, string>> {
  const found = text.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return Object.fromEntries([...found].map(([, name = '', double, single]) => [name, decode(double ?? single ?? '')]));
}

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMES[name] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
