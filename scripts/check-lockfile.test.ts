import { expect, it } from 'vitest';
import { lockfileProblems } from './check-lockfile.ts';

const entry = { version: '1.0.0', integrity: 'sha512-x' };
const problemsOf = (packages: Record<string, unknown>) =>
  lockfileProblems({ packages: { '': {}, ...packages } });

it('accepts an optional package that stands beside, inside or above its user', () => {
  const user = { ...entry, optionalDependencies: { '@os/linux': '1.0.0' } };
  for (const place of [
    'node_modules/@os/linux',
    'node_modules/outer/node_modules/@os/linux',
    'node_modules/outer/node_modules/user/node_modules/@os/linux',
  ]) {
    expect(
      problemsOf({
        'node_modules/outer': entry,
        'node_modules/outer/node_modules/user': user,
        [place]: entry,
      }),
    ).toEqual([]);
  }
});

it.each([
  [
    { 'node_modules/user': { ...entry, optionalDependencies: { '@os/mac': '1.0.0' } } },
    '@os/mac, optional for',
  ],
  [
    {
      'node_modules/user': { ...entry, optionalDependencies: { '@os/mac': '1.0.0' } },
      'node_modules/other/node_modules/@os/mac': entry,
    },
    '@os/mac, optional for',
  ],
  [{ 'node_modules/user': { integrity: 'sha512-x' } }, 'has no version'],
  [{ 'node_modules/user': { version: '1.0.0' } }, 'has no integrity'],
  [{ 'node_modules/user': { ...entry, resolved: 'https://example.com/user.tgz' } }, 'names an address'],
])('refuses %j', (packages, reason) => {
  expect(problemsOf(packages)).toEqual([expect.stringContaining(reason)]);
});
