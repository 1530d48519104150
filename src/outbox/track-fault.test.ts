import { expect, test } from 'vitest';
import { SpokeError } from '../errors.ts';
import { faultReceipt, isMissing } from './track-fault.ts';

const withCode = (code: string, more: object = {}) =>
  Object.assign(new Error('select 1, ada@example.com'), { code }, more);

test.each([
  ['a driver', withCode('25P02'), 'OUTBOX_TRANSACTION_ABORTED', '25P02'],
  [
    'Drizzle, which wraps',
    new Error('params: ada@example.com', { cause: withCode('42883') }),
    'OUTBOX_NOT_INSTALLED',
    '42883',
  ],
  ['a missing schema', withCode('3F000'), 'OUTBOX_NOT_INSTALLED', '3F000'],
  ['a missing privilege', withCode('42501'), 'OUTBOX_FORBIDDEN', '42501'],
  ['a cancelled statement', withCode('57014'), 'OUTBOX_UNAVAILABLE', '57014'],
  [
    'Prisma with its engine',
    withCode('P2010', { meta: { code: '25P02' } }),
    'OUTBOX_TRANSACTION_ABORTED',
    '25P02',
  ],
  [
    'Prisma with a driver adapter',
    withCode('P2010', { meta: { driverAdapterError: new Error('x', { cause: { originalCode: '25P02' } }) } }),
    'OUTBOX_TRANSACTION_ABORTED',
    '25P02',
  ],
  ['a lost connection', withCode('ECONNRESET'), 'OUTBOX_UNAVAILABLE', undefined],
  ['a SpokeError', new SpokeError('DATABASE_CLOSED', 'Closed.'), 'DATABASE_CLOSED', undefined],
  ['text', 'ada@example.com', 'OUTBOX_UNAVAILABLE', undefined],
  ['nothing', undefined, 'OUTBOX_UNAVAILABLE', undefined],
])('reads %s', (_, error, code, sqlstate) => {
  const receipt = faultReceipt(error);
  expect(receipt).toMatchObject({ status: 'refused', code });
  expect(receipt.sqlstate).toBe(sqlstate);
  expect(receipt.message).not.toContain('ada@');
});

test('survives an error that is its own cause', () => {
  const error = withCode('ECONNRESET');
  error.cause = error;
  expect(faultReceipt(error).code).toBe('OUTBOX_UNAVAILABLE');
});

test('asks for a new look at the catalogue only when the function may be gone', () => {
  expect(isMissing(faultReceipt(withCode('42883')))).toBe(true);
  expect(isMissing(faultReceipt(withCode('42501')))).toBe(true);
  expect(isMissing(faultReceipt(withCode('25P02')))).toBe(false);
});
