/** Wakes sleepers early; a wake that comes while nobody sleeps is kept for the next one. */
export interface WakeSignal {
  wake(): void;
  /** Resolves after `ms`, at the next wake, or when `signal` aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export function createWakeSignal(): WakeSignal {
  let pending = false;
  const sleepers = new Set<() => void>();
  return {
    wake() {
      if (sleepers.size === 0) pending = true;
      for (const rouse of [...sleepers]) rouse();
    },
    sleep(ms, signal) {
      if (pending || signal.aborted || ms <= 0) {
        pending = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const rouse = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', rouse);
          sleepers.delete(rouse);
          resolve();
        };
        const timer = setTimeout(rouse, ms);
        signal.addEventListener('abort', rouse, { once: true });
        sleepers.add(rouse);
      });
    },
  };
}
