/** YAML 1.1 takes these plain words for something else than text: booleans, base-60 numbers, octals, dates, numbers with underscores. */
const YAML_1_1 =
  /^(y|n|yes|no|on|off|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|0[0-7_]+|[-+]?0b[01_]+|[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?|\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?|=|<<)$/i;

/** Whether a plain text would be read differently by readers of YAML 1.1 and 1.2. */
export function isAmbiguous(text: string): boolean {
  return YAML_1_1.test(text);
}
