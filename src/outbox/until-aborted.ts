/**
 * Ends when `signal` aborts, also while the source lets us wait; a stream is then destroyed, as leaving a `for await` over it does.
 */
export async function* untilAborted<T>(
  input: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  const iterator = input[Symbol.asyncIterator]();
  let ended = false;
  try {
    while (!signal?.aborted) {
      const next = await nextUnlessAborted(iterator, signal);
      if (next === undefined) return;
      if (next.done) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } catch (error) {
    ended = true;
    throw error;
  } finally {
    if (!ended) leave(input, iterator);
  }
}

/** One listener a chunk, removed with it: a race against one long promise would keep something of every chunk. */
async function nextUnlessAborted<T>(
  iterator: AsyncIterator<T>,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<T> | undefined> {
  if (!signal) return iterator.next();
  let stop = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([iterator.next(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Not awaited: an iterator that waits for its source answers only after that, which may be never. */
function leave(input: AsyncIterable<unknown>, iterator: AsyncIterator<unknown>): void {
  if ('destroy' in input && typeof input.destroy === 'function') input.destroy();
  iterator.return?.()?.catch(() => {});
}
