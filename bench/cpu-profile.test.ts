import { expect, it } from 'vitest';
import { type CpuProfile, topSelfTimes } from './cpu-profile.ts';

const node = (id: number, functionName: string, url = '') => ({
  id,
  callFrame: { functionName, url, lineNumber: 1 },
});

it('adds up the time in each function, the most first, without idle time and what came before', () => {
  const profile: CpuProfile = {
    nodes: [
      node(1, '(root)'),
      node(2, '(idle)'),
      node(3, 'parse', 'file:///a/read.ts'),
      node(4, 'parse', 'file:///a/read.ts'),
      node(5, '', 'node:net'),
      node(6, 'write', 'file:///a/write.ts'),
    ],
    samples: [3, 2, 3, 4, 5, 6, 3],
    timeDeltas: [10, 900, 30, 20, 25, 15, 10],
  };
  expect(topSelfTimes(profile, 0.91, 2)).toEqual(['60.0 % parse (read.ts)', '25.0 % (anonymous) (node:net)']);
});
