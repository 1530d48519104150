/** Lets many run together, or one alone: a waiting loner keeps new company out, so that it gets its turn. */
export interface CompanyGate {
  together<T>(work: () => Promise<T>): Promise<T>;
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export function createCompanyGate(): CompanyGate {
  let inside = 0;
  let lonely: Promise<void> = Promise.resolve();
  let idle: (() => void) | undefined;
  return {
    async together(work) {
      await lonely;
      inside += 1;
      try {
        return await work();
      } finally {
        inside -= 1;
        if (inside === 0) idle?.();
      }
    },
    async alone(work) {
      const before = lonely;
      let done = () => {};
      lonely = new Promise((resolve) => {
        done = resolve;
      });
      await before;
      if (inside > 0) await new Promise<void>((resolve) => (idle = resolve));
      idle = undefined;
      try {
        return await work();
      } finally {
        done();
      }
    },
  };
}
