import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCompanyGate } from './company-gate.ts';

describe('createCompanyGate', () => {
  it('lets many run together', async () => {
    const gate = createCompanyGate();
    let inside = 0;
    const both = () =>
      gate.together(async () => {
        inside += 1;
        await Promise.resolve();
        return inside;
      });
    expect(await Promise.all([both(), both()])).toEqual([2, 2]);
  });

  it('gives a loner its turn before company that came later', async () => {
    const gate = createCompanyGate();
    const order: string[] = [];
    let leave = () => {};
    const first = gate.together(() => new Promise<void>((resolve) => (leave = resolve)));
    await Promise.resolve();
    const loner = gate.alone(async () => void order.push('loner'));
    const later = gate.together(async () => void order.push('later'));
    leave();
    await Promise.all([first, loner, later]);
    expect(order).toEqual(['loner', 'later']);
  });

  it('goes on after work that failed, and hands the failure on', async () => {
    const gate = createCompanyGate();
    await expect(gate.alone(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(gate.together(() => Promise.reject(new Error('nor')))).rejects.toThrow('nor');
    expect(await gate.alone(async () => 'alone')).toBe('alone');
    expect(await gate.together(async () => 'together')).toBe('together');
  });

  it('never runs a loner beside anybody, in any order of coming and going, and lets everybody finish', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('together', 'alone'), { minLength: 1, maxLength: 12 }),
        async (scheduler, kinds) => {
          const gate = createCompanyGate();
          let together = 0;
          let alone = 0;
          let worst = 0;
          const run = (kind: string) => async () => {
            if (kind === 'alone') alone += 1;
            else together += 1;
            if (alone > 0) worst = Math.max(worst, alone + together);
            await scheduler.schedule(Promise.resolve());
            if (kind === 'alone') alone -= 1;
            else together -= 1;
          };
          const all = kinds.map(async (kind) => {
            await scheduler.schedule(Promise.resolve());
            await (kind === 'alone' ? gate.alone(run(kind)) : gate.together(run(kind)));
          });
          await scheduler.waitFor(Promise.all(all));
          expect(worst).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 200 },
    );
  });
});
