/** The caller's wish to stop, as one call sees it. */
export interface AbortWatch {
  aborted(): boolean;
  /** Calls `stop` once when the caller gives up; returns how to stop listening. */
  listen(stop: () => void): () => void;
}

/**
 * Shares one listener per signal: a worker's many calls hang on one signal, and Node warns of a leak from the
 * eleventh listener on.
 */
export function createAbortWatcher(): (signal: AbortSignal | undefined) => AbortWatch {
  const watched = new Map<AbortSignal, { stops: Set<() => void>; listener: () => void }>();

  function listen(signal: AbortSignal, stop: () => void): () => void {
    let entry = watched.get(signal);
    if (!entry) {
      const stops = new Set<() => void>();
      const listener = () => {
        watched.delete(signal);
        for (const each of stops) each();
      };
      entry = { stops, listener };
      watched.set(signal, entry);
      signal.addEventListener('abort', listener, { once: true });
    }
    const { stops, listener } = entry;
    stops.add(stop);
    return () => {
      if (!stops.delete(stop) || stops.size > 0) return;
      watched.delete(signal);
      signal.removeEventListener('abort', listener);
    };
  }

  return (signal) => ({
    aborted: () => signal?.aborted ?? false,
    listen: (stop) => (signal ? listen(signal, stop) : () => undefined),
  });
}
