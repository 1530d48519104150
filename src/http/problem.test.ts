import { expect, it } from 'vitest';
import { SpokeError } from '../errors.ts';
import { problemOf } from './problem.ts';

it.each<[string, unknown, object]>([
  [
    'what is wrong with the request, in its own words and by field',
    new SpokeError('HTTP_INVALID', 'Correct limit: see fields.', {
      facts: { fields: { limit: 'too small' } },
    }),
    {
      status: 422,
      code: 'HTTP_INVALID',
      message: 'Correct limit: see fields.',
      fields: { limit: 'too small' },
    },
  ],
  [
    'what is not there',
    new SpokeError('REDRIVE_NOT_FOUND', 'There is no redrive 7.'),
    { status: 404, code: 'REDRIVE_NOT_FOUND', message: 'There is no redrive 7.' },
  ],
  [
    'a database that is away, without saying where it is',
    new SpokeError('DATABASE_UNREACHABLE', 'postgres at db.internal:5432 refused'),
    { status: 503, code: 'DATABASE_UNREACHABLE', message: expect.not.stringContaining('db.internal') },
  ],
  [
    'an error of another layer, without its words',
    new SpokeError('TOKEN_UNREADABLE', '/run/secrets/token'),
    { status: 500, code: 'HTTP_FAULT', message: expect.not.stringContaining('/run') },
  ],
  [
    'any fault',
    new Error('secret'),
    { status: 500, code: 'HTTP_FAULT', message: expect.not.stringContaining('secret') },
  ],
])('tells %s', (_, error, problem) => {
  expect(problemOf(error)).toEqual(problem);
});
