import { own, textOf } from './json.ts';

/**
 * What reading an answer gave: its content, or which part of it is not as it should be. `problem` names places such as
 * `results[3]` and never quotes a value, so that it may stand in logs and errors.
 */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

export function parsedAs<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function misfit(problem: string): Parsed<never> {
  return { ok: false, problem };
}

/** A list within a body, each entry read; one entry that does not fit makes the whole list unfit, so that none goes missing. */
export function parseEntries<T>(
  body: unknown,
  name: string,
  read: (entry: unknown) => Parsed<T>,
): Parsed<readonly T[]> {
  const entries = own(body, name);
  if (!Array.isArray(entries)) return misfit(`it has no list "${name}"`);
  const values: T[] = [];
  for (const [place, entry] of entries.entries()) {
    const parsed = read(entry);
    if (!parsed.ok) return misfit(`${name}[${place}]: ${parsed.problem}`);
    values.push(parsed.value);
  }
  return parsedAs(values);
}

/** An id as HubSpot gives it, text or number; undefined for a number that JSON cannot hold exactly, for text and for ''. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0)) return undefined;
  const id = textOf(value);
  return id !== undefined && /^\d{1,20}$/.test(id) ? id : undefined;
}

/** Negative, 0 or positive, as `a` is smaller, equal or greater: ids are whole numbers that may not fit into a double. */
export function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
