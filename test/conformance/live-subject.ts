import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, send } from './answer.ts';
import type { LiveSettings } from './live-settings.ts';
import { Pace } from './pace.ts';
import { account, SUBMISSIONS } from './paths.ts';
import { type Removal, removalsAfter } from './removals.ts';
import type { OpenSubject } from './subject.ts';

/** Of the pace of calls: 3 searches in a second when that is 8, as HubSpot has 5 for all callers together. */
const SEARCH_SHARE = 3 / 8;
/** A window of the portal's budget has passed for sure (ms). */
const WINDOW_MS = 11_000;
/** How often a call is sent again that other callers of the portal left no budget for. */
const TURNS_AFTER_429 = 3;
/** Search and lists follow within seconds, rarely within a minute. */
const DEADLINE_MS = 150_000;
/** Between two looks: one in a second at the pace for HubSpot, and no busy loop where a faster one is allowed. */
const CALLS_BETWEEN_LOOKS = 8;
const LEAST_PAUSE_MS = 20;

/**
 * A real portal, from the question what kind it is, over calls that are noted as they make something, to the removal of all that.
 * Rejects before anything is written when the portal is not one for tests. `close` removes in reverse order and rejects
 * with what is left.
 */
export async function openLiveSubject(settings: LiveSettings): Promise<OpenSubject> {
  const { url, formsUrl, token } = settings;
  const details = await send({ url, token }, 'GET', account('2026-09'));
  refuseOthersThanTestPortals(details, settings);
  const pace = new Pace(settings.callsPerSecond);
  const pauseMs = Math.max(LEAST_PAUSE_MS, (1_000 * CALLS_BETWEEN_LOOKS) / settings.callsPerSecond);
  const searchPace = new Pace(settings.callsPerSecond * SEARCH_SHARE);
  const made: Removal[] = [];

  const call: OpenSubject['call'] = async (method, path, body, options = {}) => {
    for (let turn = 1; ; turn += 1) {
      if (path.endsWith('/search')) await searchPace.turn();
      await pace.turn();
      const base = path.startsWith(SUBMISSIONS) ? formsUrl : url;
      const answer = await send({ url: base, token }, method, path, { ...options, body });
      if (answer.status === 429 && turn <= TURNS_AFTER_429) {
        await wait(WINDOW_MS);
        continue;
      }
      made.push(...removalsAfter(method, path, answer));
      // What a case has removed itself need not go again: not every portal answers that with 404.
      const removed =
        method === 'DELETE' && answer.status < 300 ? made.findIndex((one) => one.path === path) : -1;
      if (removed >= 0) made.splice(removed, 1);
      return answer;
    }
  };

  return {
    kind: 'live',
    url,
    token,
    portalId: Number(details.body.portalId),
    call,
    async until(ask, done) {
      const end = performance.now() + DEADLINE_MS;
      for (;;) {
        const answer = await ask();
        if (done(answer) || performance.now() > end) return answer;
        await wait(pauseMs);
      }
    },
    admin() {
      throw new Error('A real portal has no admin endpoints: put this case into `simulatorOnly`.');
    },
    async close() {
      const left: string[] = [];
      for (const { method, path } of made.toReversed()) {
        const { status } = await call(method, path);
        if (status >= 300 && status !== 404) left.push(`${path} (${status})`);
      }
      if (left.length > 0)
        throw new Error(`The portal kept ${left.length} things, remove them by hand: ${left.join(', ')}`);
    },
  };
}

function refuseOthersThanTestPortals(details: Answer, { url, sandboxAllowed }: LiveSettings): void {
  if (details.status !== 200)
    throw new Error(
      `${url} answered ${details.status} to the question for its account: set HUBSPOT_LIVE_TOKEN to a valid token.`,
    );
  const { accountType, portalId } = details.body;
  if (accountType === 'DEVELOPER_TEST' || (accountType === 'SANDBOX' && sandboxAllowed)) return;
  const hint =
    accountType === 'SANDBOX'
      ? 'set HUBSPOT_LIVE_SANDBOX=1 to use a sandbox'
      : 'use a developer test account';
  throw new Error(
    `Portal ${portalId} is of type ${accountType}, and the suite writes into what it judges: ${hint}. Nothing was written.`,
  );
}
