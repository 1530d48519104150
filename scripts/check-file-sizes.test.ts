import { expect, it } from 'vitest';
import { sizeProblem } from './check-file-sizes.ts';

const lines = (count: number) => 'const x = 1;\n'.repeat(count);

it('accepts 400 lines without a word', () => {
  expect(sizeProblem('a.ts', lines(400))).toBeUndefined();
});

it('wants a reason above 400 lines', () => {
  expect(sizeProblem('a.ts', lines(401))).toContain('a.ts has 401 lines');
});

it.each([
  '// One table.\n',
  '/** One table. */\n',
  '-- One table.\n',
  '#!/usr/bin/env node\n// One table.\n',
])('accepts 600 lines that begin with %j', (head) => {
  expect(sizeProblem('a.ts', head + lines(600 - head.split('\n').length + 1))).toBeUndefined();
});

it('refuses 601 lines whatever they say', () => {
  expect(sizeProblem('a.ts', `// One table.\n${lines(600)}`)).toContain('the limit is 600');
});
