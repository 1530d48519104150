import type { Clock } from '../clock.ts';
import type { GateName } from './gate-pace.ts';
import type { GateAnswer, Gates, Urgency } from './gates.ts';
import { createWakeSignal, type WakeSignal } from './wake-signal.ts';

/** Who did not get its turn asks again after this, ms. */
const AGAIN_MS = 500;

/**
 * The same gates, asked by one call of this process at a time for each gate and urgency, in order of arrival.
 *
 * A share that was booked ahead is lost when the process dies, so no more than one of each kind is on the way; and what waits
 * here does not ask the database again and again.
 */
export function inTurn(gates: Gates, clock: Clock): Gates {
  const lines = new Map<string, Line>();
  const lineOf = (gate: GateName, urgency: Urgency): Line => {
    const name = `${gate} ${urgency}`;
    const line = lines.get(name) ?? new Line();
    lines.set(name, line);
    return line;
  };
  return {
    prepare: () => gates.prepare(),
    learn: (gate, exchange, due, ownBudget) => gates.learn(gate, exchange, due, ownBudget),
    async take(gate, urgency, patienceMs, signal): Promise<GateAnswer> {
      const until = clock.monotonic() + patienceMs;
      const line = lineOf(gate, urgency);
      const entered = await line.enter(patienceMs, signal);
      if (!entered)
        return {
          granted: false,
          heldBy: signal.aborted ? 'stopping' : gate,
          waitMs: signal.aborted ? 0 : AGAIN_MS,
        };
      try {
        return await gates.take(gate, urgency, Math.max(0, until - clock.monotonic()), signal);
      } finally {
        line.leave();
      }
    },
  };
}

/** States: free → busy (`enter`) → handed over to the longest waiting (`leave`), or free again. */
class Line {
  #busy = false;
  readonly #waiting: Turn[] = [];

  /** False when the turn did not come within `patienceMs` or before `signal`. */
  async enter(patienceMs: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#busy) {
      this.#busy = true;
      return true;
    }
    const turn: Turn = { signal: createWakeSignal(), come: false };
    this.#waiting.push(turn);
    await turn.signal.sleep(patienceMs, signal);
    if (turn.come) return true;
    this.#waiting.splice(this.#waiting.indexOf(turn), 1);
    return false;
  }

  /** `busy` stays true in between, so that nobody overtakes. */
  leave(): void {
    const next = this.#waiting.shift();
    if (!next) {
      this.#busy = false;
      return;
    }
    next.come = true;
    next.signal.wake();
  }
}

interface Turn {
  readonly signal: WakeSignal;
  come: boolean;
}
