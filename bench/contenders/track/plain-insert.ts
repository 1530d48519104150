import { EVENT_TYPE, type TrackContender } from '../../track-contender.ts';

/** The row that Spoke writes, written by hand into the same table. */
export const plainInsert: TrackContender = {
  name: 'plain insert',
  prepare: () => async (client, payload) => {
    await client.query('insert into spoke.outbox_events (type, payload) values ($1, $2)', [
      EVENT_TYPE,
      JSON.stringify(payload),
    ]);
  },
};
