import { SpokeError } from '../errors.ts';
import type { Console } from './command.ts';

/** The code of what is no SpokeError: a fault of Spoke itself, or of something below it. */
const UNEXPECTED = 'UNEXPECTED';

/**
 * Shows why a command ended: `CODE: message` on stderr, or with --json `{"error":{"code","message","facts"?}}` on stdout, so
 * that a program always finds one object there.
 */
export function reportError(console: Console, json: boolean, error: unknown): void {
  console.live('');
  if (json) console.out(JSON.stringify({ error: errorObject(error) }));
  else console.err(errorText(error));
}

function errorObject(error: unknown): { code: string; message: string; facts?: object } {
  if (!(error instanceof SpokeError)) {
    return { code: UNEXPECTED, message: error instanceof Error ? error.message : String(error) };
  }
  const { code, message, facts } = error;
  return { code, message, ...(Object.keys(facts).length > 0 ? { facts } : {}) };
}

function errorText(error: unknown): string {
  if (error instanceof SpokeError) return `${error.code}: ${error.message}`;
  // The stack is what a report about it needs.
  return `${UNEXPECTED}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
