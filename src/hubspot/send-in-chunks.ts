import type { Exchange } from './exchange.ts';

/** Some of the inputs of a write that is too large for one call. */
export interface Chunk<T> {
  readonly inputs: readonly T[];
  /** Absent when the call was not made, since HubSpot had not accepted an earlier one: certainly not applied. */
  readonly exchange?: Exchange;
}

/**
 * Sends inputs in calls of at most `size`, one after the other, and stops behind the first one that is not answered with
 * 2xx. Gives every input back in its chunk, so that nothing is lost from sight; no call is repeated.
 */
export async function sendInChunks<T>(
  inputs: readonly T[],
  size: number,
  send: (inputs: readonly T[]) => Promise<Exchange>,
): Promise<readonly Chunk<T>[]> {
  const chunks: Chunk<T>[] = [];
  let accepted = true;
  for (let start = 0; start < inputs.length; start += size) {
    const part = inputs.slice(start, start + size);
    if (!accepted) {
      chunks.push({ inputs: part });
      continue;
    }
    const exchange = await send(part);
    chunks.push({ inputs: part, exchange });
    accepted = exchange.kind === 'reply' && exchange.status >= 200 && exchange.status < 300;
  }
  return chunks;
}
