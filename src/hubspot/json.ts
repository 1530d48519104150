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

/** Property values: text, or null for empty; names that could reach a prototype and other values are left out. */
export function propertyValues(value: unknown): Record<string, string | null> {
  if (!isRecord(value)) return {};
  const entries = Object.entries(value).flatMap(([name, entry]): [string, string | null][] => {
    if (name === '__proto__') return [];
    if (entry === null) return [[name, null]];
    const text = typeof entry === 'boolean' ? String(entry) : textOf(entry);
    return text === undefined ? [] : [[name, text]];
  });
  return Object.fromEntries(entries);
}
