import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';

/** What Spoke needs of a logger: pino's calling convention, fields first. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'>;

/** Fields that may hold a secret or a person's data: replaced wherever they appear up to two levels deep. */
const REDACTED = ['token', 'authorization', 'email', 'phone', 'payload', 'body', 'properties', 'headers'];

export interface LogOptions {
  level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  destination?: DestinationStream;
}

/** A JSON logger on stderr (stdout carries results only), with secrets and personal fields redacted. */
export function createLogger(options: LogOptions = {}): Logger {
  const paths = REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      redact: { paths, censor: '[redacted]' },
      timestamp: stdTimeFunctions.isoTime,
      serializers: { err: errorFields },
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

/** Drivers hang whole connections, with passwords, and statements with their values on an error: only its own words are kept. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const code: unknown = Reflect.get(error, 'code');
  return { name: error.name, message: error.message, ...(typeof code === 'string' ? { code } : {}) };
}

export const silentLogger: Logger = createLogger({ level: 'silent' });
