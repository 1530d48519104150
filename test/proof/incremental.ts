// `npm run proof`: reads the changes of a portal that goes on changing behind a lagging index, and counts what was missed;
// first from the simulator over HTTP, then from a model of the index alone, which also shows what real portals are only
// reported to do. Takes some minutes.
//
// Exit code 1 when a change was missed, or when a reader without the second pass misses none: then the run proves nothing.

import { startSimulator } from '../../simulator/index.ts';
import { createHubspotClient, tokenFromText } from '../../src/hubspot/index.ts';
import { silentLogger } from '../../src/log.ts';
import { createRandom } from '../chaos/random.ts';
import { readPortalChanges } from '../support/read-portal-changes.ts';
import { readUntilSettled, type Workload } from '../support/read-until-settled.ts';

const WORKLOAD: Workload = {
  seed: 20_261_125,
  records: 40_000,
  changes: 88_100,
  overMs: 30 * 60_000,
  sharedMs: 12_000,
  maxLagMs: 60_000,
  pageSize: 200,
  shows: 'indexed',
  crashes: false,
  settleMs: 61_000,
};

const CASES: readonly { name: string; workload: Workload; missing: 'none' | 'some' }[] = [
  { name: 'search shows the indexed version', workload: WORKLOAD, missing: 'none' },
  { name: 'search shows the current version', workload: { ...WORKLOAD, shows: 'current' }, missing: 'none' },
  {
    name: 'the reader crashes behind one page in ten',
    workload: { ...WORKLOAD, crashes: true },
    missing: 'none',
  },
  {
    name: 'without the second pass',
    workload: { ...WORKLOAD, settleMs: 1e12, rounds: 500 },
    missing: 'some',
  },
];

let failed = false;
await overHttp();
for (const { name, workload, missing } of CASES) {
  const { changes, missed, searches, yielded } = await readUntilSettled(workload);
  const ok = missing === 'none' ? missed.length === 0 : missed.length > 0;
  failed ||= !ok;
  console.log(
    `${ok ? 'ok    ' : 'FAILED'}  ${name}: ${changes} changes (${workload.sharedMs} in one ms), lag up to ` +
      `${workload.maxLagMs / 1000} s: ${missed.length} missed, ${yielded} records in ${searches} searches`,
  );
}

async function overHttp(): Promise<void> {
  const behaviour = { searchLag: { minMs: 0, maxMs: WORKLOAD.maxLagMs } };
  const portal = await startSimulator({ limits: 'none', behaviour, journalSize: 0 });
  const client = createHubspotClient({
    baseUrl: portal.url,
    token: tokenFromText(portal.token),
    timeoutMs: 60_000,
    log: silentLogger,
  });
  const { missed, changes, searches, yielded } = await readPortalChanges(portal, client, {
    records: WORKLOAD.records,
    changes: WORKLOAD.changes,
    overMs: WORKLOAD.overMs,
    sharedMs: WORKLOAD.sharedMs,
    settleMs: WORKLOAD.settleMs,
    random: createRandom(WORKLOAD.seed).next,
  });
  await client.close();
  await portal.stop();
  failed ||= missed > 0;
  console.log(
    `${missed === 0 ? 'ok    ' : 'FAILED'}  the simulator over HTTP: ${changes} changes (${WORKLOAD.sharedMs} in one ms), lag up to ` +
      `${WORKLOAD.maxLagMs / 1000} s: ${missed} missed, ${yielded} records in ${searches} searches`,
  );
}

process.exitCode = failed ? 1 : 0;
