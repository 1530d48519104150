import { suggestion } from '../config/nearest-name.ts';
import { usageError } from './command.ts';

/** The number that an option was given. Throws USAGE_INVALID. */
export function wholeNumber(
  option: string,
  text: string,
  from: number,
  to: number = Number.MAX_SAFE_INTEGER,
): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < from || number > to) {
    const range = to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`;
    throw usageError(`${option} must be a whole number ${range}, was ${JSON.stringify(text)}.`);
  }
  return number;
}

/** The time that an option was given. Throws USAGE_INVALID. */
export function timeOf(option: string, text: string): Date {
  const date = new Date(text);
  // Date also takes "1" and "March 5": only what begins like a date of ISO 8601 means the same everywhere.
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(date.getTime()))
    throw usageError(
      `${option} must be an ISO 8601 time such as 2026-10-01T09:00:00Z, was ${JSON.stringify(text)}.`,
    );
  return date;
}

/** The one of the known names that an option was given. Throws USAGE_INVALID with the nearest. */
export function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const name = names.find((each) => each === text);
  if (name === undefined)
    throw usageError(
      `${option} must be one of ${names.join(', ')}, was ${JSON.stringify(text)}.${suggestion(text, names)}`,
    );
  return name;
}
