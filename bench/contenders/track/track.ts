import { silentLogger } from '../../../src/log.ts';
import { createTracker } from '../../../src/outbox/track.ts';
import { EVENT_TYPE, type TrackContender } from '../../track-contender.ts';

/** `track()` of the library. */
export const track: TrackContender = {
  name: 'track()',
  prepare() {
    const tracker = createTracker({ log: silentLogger });
    return async (client, payload) => {
      const receipt = await tracker.track(client, EVENT_TYPE, payload);
      if (receipt.status !== 'recorded') throw new Error(`An event was ${receipt.status}.`);
    };
  },
};
