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
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

export const silentLogger: Logger = createLogger({ level: 'silent' });
