import { expect, it } from 'vitest';
import { allowedMethods } from './allowed-methods.ts';

const ROUTES = [
  { method: 'ALL', path: '/*' },
  { method: 'GET', path: '/api/events' },
  { method: 'POST', path: '/api/redrives' },
  { method: 'POST', path: '/api/redrives' },
  { method: 'GET', path: '/api/redrives' },
  { method: 'GET', path: '/api/redrives/:id' },
];

it.each<[string, string[]]>([
  ['/api/events', ['GET']],
  ['/api/redrives', ['GET', 'POST']],
  ['/api/redrives/7', ['GET']],
  ['/api/redrives/', []],
  ['/api/redrives/7/abort', []],
  ['/', []],
  ['/api', []],
])('%s takes %s', (path, methods) => {
  expect(allowedMethods(ROUTES, path)).toEqual(methods);
});
