import { inspect } from 'node:util';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { connectFault, statementFault } from './connection-fault.ts';

const ENDPOINT = { host: 'db.example.com', port: 5433, database: 'app', user: 'ada' };

function serverError(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('words of the server', 0, 'error'), { code, severity: 'ERROR' });
}

describe('a failed connection', () => {
  test.each(['28P01', '28000', '3D000', '42501'])('is DATABASE_REFUSED for %s', (state) => {
    expect(connectFault(serverError(state), ENDPOINT)).toMatchObject({ code: 'DATABASE_REFUSED' });
  });

  test.each(['57P03', '53300'])('is DATABASE_UNREACHABLE for %s', (state) => {
    expect(connectFault(serverError(state), ENDPOINT)).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
  });

  test('names host, port and reason', () => {
    const cause = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]);
    expect(connectFault(cause, ENDPOINT)).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringContaining('db.example.com:5433 could not be reached (ECONNREFUSED)'),
    });
  });
});

describe('a failed statement', () => {
  test('keeps an error of SQL, so that its SQLSTATE can be read', () => {
    const error = serverError('23505');
    expect(statementFault(error, ENDPOINT)).toBe(error);
  });

  test.each(['57P01', '57P02', '25P03', '08006'])('is DATABASE_UNREACHABLE for %s', (state) => {
    expect(statementFault(serverError(state), ENDPOINT)).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
  });

  test('shows no row values to whoever prints its fields', () => {
    const error = serverError('23505');
    error.detail = 'Key (email)=(ada@example.com) already exists.';
    const fault = statementFault(error, ENDPOINT);
    expect(JSON.stringify({ ...Object(fault) })).not.toContain('ada@example.com');
    expect(inspect(fault)).not.toContain('ada@example.com');
  });
});
