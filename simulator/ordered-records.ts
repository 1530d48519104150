import type { StoredRecord } from './stored-record.ts';

/** Chunks are split at this size: an insertion moves at most so many entries, and a million records make about a thousand chunks. */
const CHUNK = 1_024;

interface Chunk {
  keys: number[];
  records: StoredRecord[];
}

/**
 * Records ascending by a number (a time, an id) and, for equal numbers, by their id; each record at most once.
 *
 * Adding, removing and ranking cost a walk over the chunks' sizes and a search inside one chunk, so a page from the middle of
 * a million records takes microseconds.
 */
export class OrderedRecords {
  #chunks: Chunk[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(key: number, record: StoredRecord): void {
    this.#size += 1;
    const last = this.#chunks.at(-1);
    if (!last || isBefore(last, last.keys.length - 1, key, record.numericId)) {
      // Records mostly come in order: filling chunks up, rather than splitting them, then halves their number.
      if (!last || last.keys.length >= CHUNK) this.#chunks.push({ keys: [key], records: [record] });
      else {
        last.keys.push(key);
        last.records.push(record);
      }
      return;
    }
    const place = this.#chunkOf(key, record.numericId);
    const chunk = this.#chunks[place] as Chunk;
    const within = placeIn(chunk, key, record.numericId);
    chunk.keys.splice(within, 0, key);
    chunk.records.splice(within, 0, record);
    if (chunk.keys.length > CHUNK) {
      const half = CHUNK >>> 1;
      this.#chunks.splice(place + 1, 0, {
        keys: chunk.keys.splice(half),
        records: chunk.records.splice(half),
      });
    }
  }

  /** Returns whether the record stood there. */
  delete(key: number, record: StoredRecord): boolean {
    const place = this.#chunkOf(key, record.numericId);
    const chunk = this.#chunks[place];
    if (!chunk) return false;
    const within = placeIn(chunk, key, record.numericId);
    if (chunk.records[within] !== record || chunk.keys[within] !== key) return false;
    chunk.keys.splice(within, 1);
    chunk.records.splice(within, 1);
    if (chunk.keys.length === 0) this.#chunks.splice(place, 1);
    this.#size -= 1;
    return true;
  }

  /** How many stand before this number and id: the place of the first that is not before them. */
  rank(key: number, id = Number.NEGATIVE_INFINITY): number {
    const place = this.#chunkOf(key, id);
    let before = 0;
    for (let other = 0; other < place; other += 1) before += (this.#chunks[other] as Chunk).keys.length;
    const chunk = this.#chunks[place];
    return chunk ? before + placeIn(chunk, key, id) : before;
  }

  /** The records of the places `from` up to, without it, `to`, with their numbers; from the end when `descending`. */
  *walk(from: number, to: number, descending = false): Generator<[record: StoredRecord, key: number]> {
    let start = descending ? this.#size : 0;
    for (let turn = 0; turn < this.#chunks.length; turn += 1) {
      const chunk = this.#chunks[descending ? this.#chunks.length - 1 - turn : turn] as Chunk;
      const { length } = chunk.keys;
      if (descending) start -= length;
      const first = Math.max(from - start, 0);
      const end = Math.min(to - start, length);
      for (let step = first; step < end; step += 1) {
        const within = descending ? end - 1 - (step - first) : step;
        yield [chunk.records[within] as StoredRecord, chunk.keys[within] as number];
      }
      if (!descending) start += length;
      if (descending ? start <= from : start >= to) return;
    }
  }

  /** The first chunk whose last entry is not before this number and id; the number of chunks when there is none. */
  #chunkOf(key: number, id: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle] as Chunk;
      if (isBefore(chunk, chunk.keys.length - 1, key, id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function placeIn(chunk: Chunk, key: number, id: number): number {
  let low = 0;
  let high = chunk.keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(chunk, middle, key, id)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(chunk: Chunk, place: number, key: number, id: number): boolean {
  const other = chunk.keys[place] as number;
  return other < key || (other === key && (chunk.records[place] as StoredRecord).numericId < id);
}
