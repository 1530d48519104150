import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installPeers } from '../../../bench/install-peers.ts';
import { REPOSITORY } from '../base.ts';
import { type Finding, judge } from '../oracle.ts';
import { outcomeOf } from '../outcome.ts';
import { type FaultPlan, PORTAL_TOKEN } from '../portal-process.ts';
import { createEntities, madeUpContacts, recordEvents } from '../producer.ts';
import { openRig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';

/** Notes made by each side. */
const NOTES = 5;
/** Answers in a row that are 502 although the note was made. */
const FAULTS = 2;
const SDK_PROGRAM = fileURLToPath(new URL('../sdk-notes.mjs', import.meta.url));
const SDK_TIMEOUT_MS = 180_000;
const SETTLED_MS = 90_000;
const run = promisify(execFile);

/** The same fault for HubSpot's own SDK, with its retries on, and for Spoke. */
export const sdk: Scenario = {
  name: 'sdk',
  what: 'Notes that are made and then answered with 502, twice: how many there are with the SDK and with Spoke.',
  async run({ base, settings, progress }) {
    const startedAt = performance.now();
    await installPeers(progress);
    const rig = await openRig(base, { name: 'sdk', settings: { ...settings, workers: 1 } });
    try {
      const contacts = madeUpContacts(NOTES);
      await createEntities(rig.pool, contacts);
      await rig.workers.scale(1);
      await recordEvents(rig, contacts, 1);
      if (!(await rig.settled(SETTLED_MS))) throw new Error('the contacts were not delivered');

      progress(`Spoke: ${NOTES} notes, each answered with 502 twice`);
      await rig.portal.addFaults([applied502('spoke', FAULTS)]);
      await recordEvents(rig, contacts, 1, { note: true });
      const settled = await rig.settled(SETTLED_MS);
      const spokeFaults = (await rig.portal.faultHits()).spoke ?? 0;
      await rig.portal.clearFaults();
      await rig.workers.drainAll();
      const evidence = await rig.evidence();
      const verdict = judge(evidence);
      const ours = evidence.portal.notes.length;

      progress(`the SDK: ${NOTES} notes, each answered with 502 twice`);
      const contactId = evidence.portal.contacts[0]?.id ?? '';
      let sdkFaults = 0;
      for (let note = 0; note < NOTES; note += 1) {
        await rig.portal.addFaults([applied502('sdk', FAULTS)]);
        const args = [SDK_PROGRAM, `${REPOSITORY}bench`, rig.portal.url, PORTAL_TOKEN, contactId, '1'];
        await run(process.execPath, args, { timeout: SDK_TIMEOUT_MS });
        sdkFaults += (await rig.portal.faultHits()).sdk ?? 0;
        await rig.portal.clearFaults();
      }
      const theirs = (await rig.portal.evidence()).notes.length - ours;
      const findings: Finding[] = [...verdict.findings];
      if (!settled) findings.push({ kind: 'undelivered', message: 'it did not come to rest in time' });
      return outcomeOf({
        scenario: 'sdk',
        startedAt,
        findings,
        hits: { 'applied, then 502 (Spoke)': spokeFaults, 'applied, then 502 (SDK)': sdkFaults },
        figures: {
          'notes wanted of each': NOTES,
          'notes made by Spoke': ours,
          'notes made by the SDK': theirs,
          'notes for each call of the SDK': theirs / NOTES,
        },
      });
    } finally {
      await rig.stop();
    }
  },
};

function applied502(id: string, times: number): FaultPlan {
  return {
    id,
    match: { method: 'POST', path: '/notes' },
    at: 'after-apply',
    do: 'status',
    status: 502,
    times,
  };
}
