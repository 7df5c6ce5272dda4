import { expect, it } from 'vitest';
import { editSelection } from './edit-selection.ts';

it('pins a version and leaves the rest as it was written', () => {
  const text = "# ours\nmodel:\n  name: 'a'\n  select: best # the best by the metric\nlanguages: [en, fr]\n";
  expect(editSelection(text, 3)).toBe(
    "# ours\nmodel:\n  name: 'a'\n  select: 3 # the best by the metric\nlanguages: [ en, fr ]\n",
  );
});
