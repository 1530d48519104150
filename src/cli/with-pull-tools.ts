import { randomBytes } from 'node:crypto';
import { systemClock } from '../clock.ts';
import { SpokeError } from '../errors.ts';
import type { PullTools } from '../pull/pull-tools.ts';
import type { Console } from './command.ts';
import type { Loaded } from './load.ts';
import { withPortal } from './portal-calls.ts';

/** A reading waits for its share of the budget: delivery goes first. */
const PATIENCE_MS = 300_000;

/** The readers of the config's mirror, for as long as `work` takes. Raises MIRROR_NOT_CONFIGURED and what withPortal raises. */
export async function withPullTools<T>(
  loaded: Loaded,
  { stopping }: Console,
  work: (tools: PullTools) => Promise<T>,
): Promise<T> {
  const { mirror } = loaded.config;
  if (mirror === undefined)
    throw new SpokeError(
      'MIRROR_NOT_CONFIGURED',
      'The config has no mirror: name its object types, as in mirror: { objects: { contacts: {} } }.',
    );
  const { pullSettleMs: settleMs, pullOverlapMs: overlapMs } = loaded.settings;
  return withPortal(
    loaded,
    stopping,
    async (transport, _portal, db) => {
      // All that reads: not for `spoke --help` to load.
      const { createPullTools } = await import('../pull/pull-tools.ts');
      return work(
        createPullTools({
          db,
          transport,
          mirror,
          clock: systemClock,
          log: loaded.log,
          holder: `cli:${process.pid}:${randomBytes(3).toString('hex')}`,
          incremental: { settleMs, overlapMs },
        }),
      );
    },
    { urgency: 'reading', patienceMs: PATIENCE_MS },
  );
}

/** The object types of an option, with commas between them. */
export function namesOf(option: string): string[] {
  return option
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}
