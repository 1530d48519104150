import { EVENT_TYPE, type TrackContender } from '../../track-contender.ts';

/** The SQL function that applications in other languages call: shows what of `track()` is spent in the database. */
export const trackInSql: TrackContender = {
  name: 'spoke.track in SQL',
  prepare: () => async (client, payload) => {
    const { rows } = await client.query<{ id: string | null }>('select spoke.track($1, $2) as id', [
      EVENT_TYPE,
      JSON.stringify(payload),
    ]);
    if (!rows[0]?.id) throw new Error('An event was refused.');
  },
};
