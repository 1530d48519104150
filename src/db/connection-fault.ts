import { SpokeError } from '../errors.ts';

/** Where a connection goes, for messages: never the password. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The server cannot serve this connection now: shut down, starting, or full (SQLSTATE). */
const SERVER_AWAY = new Set(['57P01', '57P02', '57P03', '57P05', '53300', '25P03']);
/** Unknown user or password, no right to connect, no such database. */
const REFUSED = /^(28|3D|42501$)/;
/** Properties of driver errors that repeat values out of rows or statements. */
const HOLD_VALUES = ['detail', 'where', 'params', 'query', 'internalQuery', 'hint'];

/** SQLSTATE of an error raised by the server, in either driver; undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What to throw for an error of a connection attempt. */
export function connectFault(error: unknown, endpoint: Endpoint): unknown {
  const state = sqlState(error);
  if (state !== undefined && REFUSED.test(state)) {
    return new SpokeError(
      'DATABASE_REFUSED',
      `The database server at ${place(endpoint)} refused user "${endpoint.user}" on database "${endpoint.database}" (${state}): correct DATABASE_URL.`,
      { cause: error, facts: { ...endpoint, sqlState: state } },
    );
  }
  return unreachable(error, endpoint, 'could not be reached');
}

/** What to throw for an error of a statement: errors of SQL pass as they are, a lost connection becomes a SpokeError. */
export function statementFault(error: unknown, endpoint: Endpoint): unknown {
  if (error instanceof SpokeError) return error;
  const state = sqlState(error);
  if (state === undefined) {
    if (error instanceof Error && error.message === 'Query read timeout') {
      return new SpokeError(
        'DATABASE_TIMEOUT',
        `The database at ${place(endpoint)} did not answer a statement in time: look at the network and the server's load.`,
        { cause: error, facts: { ...endpoint } },
      );
    }
    return unreachable(error, endpoint, 'was lost');
  }
  if (SERVER_AWAY.has(state) || state.startsWith('08')) return unreachable(error, endpoint, 'was lost');
  return hideValues(error);
}

/** Keeps row values out of logs: they stay readable, but whoever copies an error's fields does not get them. */
export function hideValues(error: unknown): unknown {
  if (error instanceof Error) {
    for (const name of HOLD_VALUES) {
      if (Object.hasOwn(error, name)) Object.defineProperty(error, name, { enumerable: false });
    }
  }
  return error;
}

export function place(endpoint: Endpoint): string {
  return endpoint.host.startsWith('/')
    ? `${endpoint.host}/.s.PGSQL.${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`;
}

function unreachable(error: unknown, endpoint: Endpoint, what: string): SpokeError {
  const subject = what === 'was lost' ? 'The connection to the database' : 'The database';
  const reason = faultReason(error);
  return new SpokeError(
    'DATABASE_UNREACHABLE',
    `${subject} at ${place(endpoint)} ${what}${reason ? ` (${reason})` : ''}: look whether the server runs there and can be reached from here.`,
    { cause: error, facts: { ...endpoint, reason } },
  );
}

/** SQLSTATE, ECONNREFUSED and the like, or the driver's few words. */
function faultReason(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return faultReason(error.errors[0]);
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
