import type { Translate } from './messages/index.ts';

/** Says what is wrong with a value, in the person's language, or nothing. */
export type Rule = (value: unknown, translate: Translate) => string | undefined;

/** C0 and C1 controls, halves of characters (in Unicode mode only unpaired ones match), line and paragraph separators, and the marks that reorder text on screen (Unicode TR 36). */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\p{Surrogate}]/u;

/** `$(x)`, `${{ x }}`, `$[ x ]` and `{{x}}` mean something to a pipeline or a template. */
const EXPRESSION = /\$[({[]|\{\{|\}\}/;

/** Free text on one line: anything printable in any script. */
export function freeText(longest: number): Rule {
  return (value, translate) => {
    if (typeof value !== 'string') return undefined;
    if (CONTROL.test(value)) return translate('rule.text.control');
    if ([...value].length > longest) return translate('rule.text.long', { longest });
    return undefined;
  };
}

/** A name that follows a pattern; empty is allowed, because what is missing is asked for elsewhere. */
export function pattern(regex: RegExp, describe: (translate: Translate) => string): Rule {
  return (value, translate) => {
    if (typeof value !== 'string' || value === '') return undefined;
    if (CONTROL.test(value) || EXPRESSION.test(value)) {
      return `${translate('rule.name.expression')} ${describe(translate)}`;
    }
    return regex.test(value) ? undefined : describe(translate);
  };
}

/** Every item of a list follows the rule. */
export function each(rule: Rule): Rule {
  return (value, translate) => {
    if (!Array.isArray(value)) return undefined;
    for (const item of value) {
      const problem = rule(item, translate);
      if (problem !== undefined) return problem;
    }
    return new Set(value).size === value.length ? undefined : translate('rule.list.twice');
  };
}

/**
 * Text that looks like a credential, so that none ends in a repository:
 * Azure DevOps tokens (`…AZDO…`, 84 characters; the older 52), Databricks (`dapi…`, `dose…`), JWTs, keys in a URL.
 */
const SECRET =
  /(^|[^A-Za-z0-9])(?:[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}|[a-z2-7]{52}|(?:dapi|dose)[0-9a-f]{32}(?:-\d+)?|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|AccountKey=\S+|sig=[\w%]{20,})($|[^A-Za-z0-9])/;

/** Whether the text looks like a credential. */
export function looksSecret(text: string): boolean {
  return SECRET.test(text) || /:\/\/[^/\s@:]*:[^/\s@]+@/.test(text);
}

/** The text with everything that looks like a credential, and the given secrets themselves, blotted out. */
export function hideSecrets(text: string, secrets: readonly (string | undefined)[] = []): string {
  const known = secrets.filter((secret) => secret !== undefined && secret.length >= 8) as readonly string[];
  const blotted = known.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  return blotted
    .replace(new RegExp(SECRET, 'g'), (_, before: string, after: string) => `${before}***${after}`)
    .replace(/:\/\/[^/\s@:]*:[^/\s@]+@/g, '://***@');
}

/** Whether a key or flag by this name would hold a credential. */
export function isSecretName(name: string): boolean {
  return /(^|[^a-z])(token|secret|password|passwd|pwd|pat|api-?key|account-?key|client-?secret|credentials?)s?($|[^a-z])/.test(
    name
      .replace(/([a-z])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .replaceAll('_', '-'),
  );
}
