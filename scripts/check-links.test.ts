import { expect, it } from 'vitest';
import { brokenLinks } from './check-links.ts';

const broken = (text: string) =>
  brokenLinks(
    new Map([
      ['docs/index.md', text],
      [
        'docs/concepts/lanes.md',
        '# Lanes\n\n## What a lane is\n\n## `track()`, again\n\n## Twice\n\n## Twice\n',
      ],
    ]),
    new Set(['LICENSE', 'docs/picture.svg']),
  );

it.each([
  '[lanes](concepts/lanes.md)',
  '[lanes](./concepts/lanes.md#what-a-lane-is)',
  '[lanes](concepts/lanes.md#track-again)',
  '[lanes](concepts/lanes.md#twice-1)',
  '[licence](../LICENSE)',
  '[folder](concepts/)',
  '![picture](picture.svg "A picture")',
  '[![picture](picture.svg)](concepts/lanes.md)',
  '# Here\n[here](#here)',
  '[away](https://example.com/nowhere)',
  '`[code](nowhere.md)`',
  '```md\n[code](nowhere.md)\n```',
])('accepts %j', (text) => {
  expect(broken(text)).toEqual([]);
});

it.each([
  ['[gone](concepts/gone.md)', 'docs/concepts/gone.md'],
  ['[gone](../docs/gone.svg)', 'docs/gone.svg'],
  ['![gone](gone.svg)', 'docs/gone.svg'],
  ['[heading](concepts/lanes.md#nowhere)', 'no such heading'],
  ['[twice](concepts/lanes.md#twice-2)', 'no such heading'],
  ['[here](#nowhere)', 'no such heading'],
  ['text\n\n[gone]: gone.md', 'docs/gone.md'],
  ['`code` then [gone](gone.md) and `code`', 'docs/gone.md'],
])('refuses %j', (text, reason) => {
  expect(broken(text)).toEqual([expect.stringContaining(reason)]);
});
