import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Properties } from '../hubspot/properties.ts';
import type { Logger } from '../log.ts';
import { driftedProperties, driftKey, endDrift, noteDrift } from '../outbox/schema-drift.ts';
import type { ClaimWork } from './claim-work.ts';
import type { EffectEnd } from './verdict.ts';

/**
 * Properties that the portal does not take any more, though the config writes them: removed, renamed, or made read-only.
 *
 * States of a property: taken → drifted (HubSpot refuses it; one alert) → taken again (its definition is back). What would set a
 * drifted property waits without a call: a hundred thousand dead letters would say no more than the one alert.
 */
export interface DriftWatch {
  /** Holds back the events of a claim that would set a drifted property. */
  holdBack(work: ClaimWork): Promise<void>;
  /** Learns from ends that say so. */
  learn(work: ClaimWork): Promise<void>;
  /** Looks whether properties have come back. */
  check(): Promise<void>;
}

/** What other processes have found is seen after this, ms. */
const FRESH_MS = 2_000;
const WAIT_MS = 600_000;

export interface DriftOptions {
  readonly db: Database;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Logger;
  readonly properties: Pick<Properties, 'expectList'>;
}

export function createDriftWatch({ db, clock, log, properties }: DriftOptions): DriftWatch {
  let known = new Set<string>();
  let readAt = Number.NEGATIVE_INFINITY;

  async function current(): Promise<ReadonlySet<string>> {
    if (clock.monotonic() - readAt > FRESH_MS) {
      known = new Set((await driftedProperties(db)).map((each) => driftKey(each.objectType, each.property)));
      readAt = clock.monotonic();
    }
    return known;
  }

  return {
    async holdBack(work) {
      const drifted = await current();
      if (drifted.size === 0) return;
      for (const event of work.events) {
        const key = event.upserts
          .flatMap(({ record, properties: set }) =>
            Object.keys(set).map((name) => driftKey(record.objectType, name)),
          )
          .find((each) => drifted.has(each));
        if (key === undefined || !work.isInPlay(event)) continue;
        work.waitFor(event, key);
        work.holdBack(event, heldEnd(key));
      }
    },
    async learn(work) {
      const found = work.drifts();
      if (found.length === 0) return;
      for (const { of, objectType, property } of found) work.waitFor(of, driftKey(objectType, property));
      const fresh = await noteDrift(db, found);
      readAt = Number.NEGATIVE_INFINITY;
      for (const { objectType, property } of fresh)
        log.error(
          { objectType, property },
          'HubSpot does not take a property that the config writes: what sets it waits until the portal has it again, or the config does without',
        );
    },
    async check() {
      const drifted = await driftedProperties(db);
      const mended: { objectType: string; property: string }[] = [];
      for (const objectType of new Set(drifted.map((each) => each.objectType))) {
        const definitions = await properties.expectList(objectType);
        const writable = new Set(
          definitions
            .filter((definition) => !definition.readOnlyValue && !definition.calculated)
            .map((definition) => definition.name),
        );
        for (const each of drifted)
          if (each.objectType === objectType && writable.has(each.property)) mended.push(each);
      }
      if (mended.length === 0) return;
      await endDrift(db, mended);
      readAt = Number.NEGATIVE_INFINITY;
      for (const { objectType, property } of mended)
        log.info({ objectType, property }, 'HubSpot takes the property again: what waited for it goes on');
    },
  };
}

function heldEnd(key: string): EffectEnd {
  const name = key.slice(key.indexOf(':') + 1);
  return {
    end: 'not-applied',
    next: 'wait',
    code: 'HUBSPOT_PROPERTY_MISSING',
    message: `The portal does not take the property ${name}; the event waits for it.`,
    waitMs: WAIT_MS,
  };
}
