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
  const storage = openStorage();
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
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte, at) => {
    const marked = at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, '0');
  });
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** 106 bits of a text: equal for equal answers, and tells nothing of them. */
export function digest(text: string): string {
  return [0x9e3779b1, 0x85ebca77].map((seed) => mix(text, seed)).join('');
}

/** Multiply and rotate, twice in parallel: FNV's idea with more bits, spread at the end. */
function mix(text: string, seed: number): string {
  let [a, b] = [seed, ~seed];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul((b << 5) | (b >>> 27), 0x27d4eb2f) ^ unit;
  }
  const end = Math.imul(a ^ (b >>> 15), 0x2c1b3c6d) ^ b;
  return (end >>> 0).toString(36) + (a >>> 0).toString(36);
}

/** Undefined where the page may store nothing. */
function openStorage(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}
