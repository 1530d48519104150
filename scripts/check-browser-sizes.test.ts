import { expect, it } from 'vitest';
import { browserSizeProblem } from './check-browser-sizes.ts';

it.each([
  ['core', 3_999, undefined],
  ['core', 4_000, 'core has 4000 bytes'],
  ['element', 7_999, undefined],
  ['element', 8_000, 'element has 8000 bytes'],
  ['another', 1, 'another has no limit'],
])('%s with %i bytes', (name, bytes, problem) => {
  const found = browserSizeProblem(name, bytes);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});
