/** Up to so many different values are counted one by one. */
const EXACT = 256;
/** 2^12 registers: an error of about 1.6 % (HyperLogLog, Flajolet and others, 2007). */
const BITS = 12;
const REGISTERS = 2 ** BITS;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** Counts different values in at most 4 kB: exactly while they are few, estimated from then on. */
export class DistinctCount {
  readonly #few = new Set<number>();
  #registers: Uint8Array | undefined;

  /** `hash`: 32 bits. */
  add(hash: number): void {
    if (this.#registers === undefined) {
      if (this.#few.size < EXACT || this.#few.has(hash)) {
        this.#few.add(hash);
        return;
      }
      this.#registers = new Uint8Array(REGISTERS);
      for (const each of this.#few) this.#note(each);
      this.#few.clear();
    }
    this.#note(hash);
  }

  get isExact(): boolean {
    return this.#registers === undefined;
  }

  get value(): number {
    if (this.#registers === undefined) return this.#few.size;
    let sum = 0;
    let empty = 0;
    for (const register of this.#registers) {
      sum += 2 ** -register;
      if (register === 0) empty += 1;
    }
    const estimate = (ALPHA * REGISTERS ** 2) / sum;
    if (estimate <= 2.5 * REGISTERS && empty > 0) return Math.round(REGISTERS * Math.log(REGISTERS / empty));
    // Of 32 bits some values share a hash.
    const all = 2 ** 32;
    return Math.round(estimate <= all / 30 ? estimate : -all * Math.log(1 - estimate / all));
  }

  #note(hash: number): void {
    const registers = this.#registers;
    if (registers === undefined) return;
    const at = hash >>> (32 - BITS);
    const rank = Math.clz32((hash << BITS) | (1 << (BITS - 1))) + 1;
    if (rank > (registers[at] ?? 0)) registers[at] = rank;
  }
}

/** 32 bits of a text, well spread; anybody can make two texts that share them. */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash ^ text.length);
}

/** Spreads 32 bits, so that neighbours differ in all of them. */
export function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
