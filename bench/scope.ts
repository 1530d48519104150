/** Undoes what a run set up, last first, however the run ends. */
export interface Scope {
  /** `undo` runs once, at the latest in `close()`. Returns it, to be called earlier when the thing is done with. */
  defer(undo: () => Promise<unknown> | unknown): () => Promise<void>;
  /** Runs what is left to undo; a failure does not keep the others from running. Idempotent. */
  close(): Promise<void>;
}

export function createScope(): Scope {
  const undoings: (() => Promise<void>)[] = [];
  return {
    defer(undo) {
      const once = async () => {
        const at = undoings.indexOf(once);
        if (at < 0) return;
        undoings.splice(at, 1);
        await undo();
      };
      undoings.push(once);
      return once;
    },
    async close() {
      const failures: unknown[] = [];
      for (let undo = undoings.at(-1); undo; undo = undoings.at(-1))
        await undo().catch((error: unknown) => failures.push(error));
      if (failures.length > 0)
        throw new AggregateError(failures, 'Something that the benchmark started could not be stopped.');
    },
  };
}
