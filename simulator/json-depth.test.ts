import { expect, it } from 'vitest';
import { isDeeperThan } from './json-depth.ts';

it.each([
  ['[[[]]]', false],
  ['[[[[]]]]', true],
  ['{"a":{"b":{"c":{"d":1}}}}', true],
  ['{"a":"[[[[[[[["}', false],
  ['[[],[],[],[],[],[]]', false],
  ['[[],[],[{"a":"}}}}","b":[1]}]]', true],
])('%s is deeper than three: %s', (text, deeper) => {
  expect(isDeeperThan(3, JSON.parse(text), text)).toBe(deeper);
});
