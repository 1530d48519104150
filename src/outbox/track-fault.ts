import { SpokeError } from '../errors.ts';
import { type RefusedReceipt, refused } from './track-receipt.ts';

const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Drivers and ORMs wrap errors a few levels deep; the bound is against a circular chain. */
const MAX_LEVELS = 8;

/** A thrown error as a receipt. Messages of drivers are left out: some ORMs put the statement's parameters into them. */
export function faultReceipt(error: unknown): RefusedReceipt {
  const sqlstate = sqlstateOf(error);
  if (sqlstate === undefined) {
    const spoke = findError(error, (link) => link instanceof SpokeError);
    if (spoke instanceof SpokeError) return refused(spoke.code, spoke.message);
    return refused(
      'OUTBOX_UNAVAILABLE',
      `The statement did not reach the database, or its answer did not come back (${nameOf(error)}).`,
    );
  }
  return { ...refusalOf(sqlstate), sqlstate };
}

/** True when the SQL function is missing or forbidden, or its table's owner changed: worth a new look before the next event. */
export function isMissing(receipt: RefusedReceipt): boolean {
  return receipt.code === 'OUTBOX_NOT_INSTALLED' || receipt.code === 'OUTBOX_FORBIDDEN';
}

function refusalOf(sqlstate: string): RefusedReceipt {
  if (sqlstate === '25P02') {
    return refused(
      'OUTBOX_TRANSACTION_ABORTED',
      'The transaction was aborted by an earlier statement of the application: it will roll back, and the event with it.',
    );
  }
  if (sqlstate === '42501') {
    return refused(
      'OUTBOX_FORBIDDEN',
      "The application's database role lost a privilege that it had: this transaction is aborted.",
    );
  }
  if (sqlstate.startsWith('42') || sqlstate.startsWith('3F')) {
    return refused(
      'OUTBOX_NOT_INSTALLED',
      "Spoke's SQL function was there and is gone: this transaction is aborted.",
    );
  }
  return refused(
    'OUTBOX_UNAVAILABLE',
    `The database broke off the statement with SQLSTATE ${sqlstate}: this transaction is aborted.`,
  );
}

/** The innermost one: outer codes may be the ORM's own (Prisma's P2010 looks like one). */
function sqlstateOf(error: unknown): string | undefined {
  let found: string | undefined;
  findError(error, (link) => {
    const meta = field(link, 'meta');
    for (const code of [field(link, 'code'), field(link, 'originalCode'), field(meta, 'code')]) {
      if (typeof code === 'string' && SQLSTATE.test(code) && !code.startsWith('P2')) found = code;
    }
    return false;
  });
  return found;
}

function findError(error: unknown, wanted: (link: unknown) => boolean): unknown {
  let link = error;
  for (let level = 0; level < MAX_LEVELS && typeof link === 'object' && link !== null; level += 1) {
    if (wanted(link)) return link;
    link = field(link, 'cause') ?? field(field(link, 'meta'), 'driverAdapterError');
  }
  return undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return `threw a ${typeof error}`;
  const code = field(error, 'code');
  return typeof code === 'string' ? `${error.name} ${code.slice(0, 40)}` : error.name;
}
