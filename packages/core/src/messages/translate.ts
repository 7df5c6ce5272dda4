import type { Lang } from '../locale.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';

type Catalog = typeof en;

/** Name of one message; the same in every language. */
export type MessageKey = keyof Catalog;

/** A text, or its forms by plural category (Unicode CLDR), chosen by `{count}`. */
export type Message = string | { readonly one: string; readonly other: string };

/** What may stand in a placeholder. A number is written as a quantity (1,000 · 1 000); ports, versions and ids go in as text. */
export type MessageValue = string | number;

type PlaceholderIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholderIn<Rest> : never;
type Placeholder<Key extends MessageKey> = Catalog[Key] extends string
  ? PlaceholderIn<Catalog[Key]>
  : 'count' | PlaceholderIn<Catalog[Key][keyof Catalog[Key]]>;
type IsUnion<Type, Whole = Type> = Type extends unknown ? ([Whole] extends [Type] ? false : true) : never;
type ValuesFor<Key extends MessageKey> =
  IsUnion<Key> extends true
    ? [values?: Readonly<Record<string, MessageValue>>]
    : [Placeholder<Key>] extends [never]
      ? []
      : [values: Readonly<Record<Placeholder<Key>, MessageValue>>];

/** The text of a message in one language; the compiler asks for each placeholder of a key that it knows. */
export interface Translate {
  <Key extends MessageKey>(key: Key, ...values: ValuesFor<Key>): string;
  /** The language it speaks. */
  readonly lang: Lang;
}

const catalogs = { en, fr } as const satisfies Record<Lang, Record<MessageKey, Message>>;

/** The catalog in one language. */
export function createTranslate(lang: Lang): Translate {
  const catalog: Readonly<Record<MessageKey, Message>> = catalogs[lang];
  const translate = (key: MessageKey, values: Readonly<Record<string, MessageValue>> = {}) =>
    fill(pick(catalog[key], values, lang), values, lang);
  return Object.assign(translate, { lang }) as Translate;
}

/** Whether a text that came as data (a right's name in a plan) is the name of a message. */
export function isMessageKey(text: string): text is MessageKey {
  return Object.hasOwn(en, text);
}

function pick(message: Message, values: Readonly<Record<string, MessageValue>>, lang: Lang): string {
  if (typeof message === 'string') return message;
  return isOne(Number(values.count), lang) ? message.one : message.other;
}

/** CLDR's rule for whole numbers; `Intl.PluralRules` says the same, after 5 ms of loading. */
function isOne(count: number, lang: Lang): boolean {
  return lang === 'fr' ? count === 0 || count === 1 : count === 1;
}

/** One pass, so that braces inside a value stay what they are. */
function fill(text: string, values: Readonly<Record<string, MessageValue>>, lang: Lang): string {
  return text.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (typeof value === 'number') return printQuantity(value, lang);
    return value ?? whole;
  });
}

/** What has nothing to group looks the same in both languages; a process's first number format takes 13 ms. */
function printQuantity(value: number, lang: Lang): string {
  const isPlain = Number.isInteger(value) && value >= 0 && value < 1000;
  return isPlain ? String(value) : value.toLocaleString(lang === 'fr' ? 'fr-CA' : 'en-CA');
}
