/** Reading of untrusted JSON: only own properties count, so that a body can neither borrow from nor reach a prototype. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property of an object; undefined of anything else. */
export function own(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Text as it is, a number as text (HubSpot sends some ids as numbers), otherwise undefined. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** A text or a list of texts as a list; other entries are left out. */
export function textList(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((entry) => textOf(entry) ?? []);
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/**
 * Property values: text, or null for empty; names that could reach a prototype and other values are left out. An object
 * that holds nothing else is given back as it is: copies were a fifth of the time of a call with 100 results, more than
 * JSON.parse (`node --cpu-prof` on the calls of `npm run bench -- client`).
 */
export function propertyValues(value: unknown): Readonly<Record<string, string | null>> {
  if (!isRecord(value)) return {};
  if (holdsPropertyValues(value)) return value;
  const values: Record<string, string | null> = {};
  for (const [name, entry] of Object.entries(value)) {
    if (name === '__proto__') continue;
    const text = typeof entry === 'boolean' ? String(entry) : textOf(entry);
    if (text !== undefined) values[name] = text;
    else if (entry === null) values[name] = null;
  }
  return values;
}

function holdsPropertyValues(value: Record<string, unknown>): value is Record<string, string | null> {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const name in value) {
    const entry = value[name];
    if (name === '__proto__' || (entry !== null && typeof entry !== 'string')) return false;
  }
  return true;
}
