import { startSimulator } from '../../simulator/index.ts';
import { send } from './answer.ts';
import { account } from './paths.ts';
import type { OpenSubject } from './subject.ts';

/** By this the portal's clock goes on between two looks (ms), so that nobody waits for search and lists. */
const STEP_MS = 1_000;
const STEPS = 60;

/** A simulated portal of its own, with every switch at its default. */
export async function openSimulatorSubject({
  budgets,
}: {
  budgets: 'default' | 'none';
}): Promise<OpenSubject> {
  const simulator = await startSimulator({ limits: budgets });
  const target = { url: simulator.url, token: simulator.token };
  const admin: OpenSubject['admin'] = async (method, path, given) => {
    const body = given === undefined ? undefined : JSON.stringify(given);
    const answer = await send(target, method, `/_simulator/${path}`, { body, token: null });
    if (answer.status >= 300)
      throw new Error(`The simulator answered ${answer.status} to ${method} ${path}: ${answer.text}`);
    return answer;
  };
  const { body } = await send(target, 'GET', account('2026-09'));
  return {
    ...target,
    kind: 'simulator',
    portalId: Number(body.portalId),
    call: (method, path, given, options) => send(target, method, path, { ...options, body: given }),
    async until(ask, done) {
      for (let step = 0; ; step += 1) {
        const answer = await ask();
        if (done(answer) || step === STEPS) return answer;
        await admin('POST', 'clock', { advanceMs: STEP_MS });
      }
    },
    admin,
    close: () => simulator.stop(),
  };
}
