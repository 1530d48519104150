/** The ids that are known to this page and, through the session's storage, to the pages after it. */
export interface KeptValues {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  delete(key: string): void;
}

const PREFIX = 'spoke:';

/** In the session's storage where there is one: then a reload and the back button keep them. Never more than a digest of the answers. */
export function createKeptValues(): KeptValues {
  const memory = new Map<string, string>();
  let storage: Storage | undefined;
  try {
    storage = globalThis.sessionStorage;
  } catch {
    // The page may store nothing: it alone knows them.
  }
  return {
    get: (key) => memory.get(key) ?? storage?.getItem(PREFIX + key) ?? undefined,
    set(key, value) {
      memory.set(key, value);
      try {
        storage?.setItem(PREFIX + key, value);
      } catch {
        // The storage is full: this page still knows it.
      }
    },
    delete(key) {
      memory.delete(key);
      storage?.removeItem(PREFIX + key);
    },
  };
}

/** A random UUID; `crypto.randomUUID` is there on https pages only. */
export function randomId(): string {
  const hex = hexOf(crypto.getRandomValues(new Uint8Array(16)));
  // Version 4, variant 8: the digits that say so stand in fixed places.
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-8$4-');
}

export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * 64 bits of a text, by which equal answers are known again within a session: multiply and rotate, twice in parallel, FNV's idea with
 * more bits, spread at the end. Two texts that meet in it are a conflict that the server tells, and not one submission.
 */
export function digest(text: string): string {
  let [a, b] = [0x9e3779b1, 0x61c8864e];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul((b << 5) | (b >>> 27), 0x27d4eb2f) ^ unit;
  }
  const end = Math.imul(a ^ (b >>> 15), 0x2c1b3c6d) ^ b;
  return `${end}.${a}`;
}
