import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { setup } from '../support/setup.ts';
import { waitFor } from '../support/wait-for.ts';

const notesOf = (bundle: Awaited<ReturnType<typeof setup>>) =>
  bundle.simulator.records('notes').map((record) => record.properties.hs_note_body ?? '');

describe('delivery', () => {
  it('brings an event from the outbox to the portal', async () => {
    const bundle = await setup();
    await bundle.track('contact_set', {
      email: 'Ada@Example.com',
      values: { firstname: 'Ada', lastname: 'Lovelace' },
    });
    await bundle.start();
    await bundle.idle();
    expect(bundle.contact('ada@example.com')).toMatchObject({ firstname: 'Ada', lastname: 'Lovelace' });
    expect(await bundle.events()).toMatchObject([{ state: 'delivered', attempt_count: 1, last_error: null }]);
  });

  it('folds the events of one contact into its last values, with one note per event', async () => {
    const bundle = await setup();
    for (let n = 1; n <= 5; n += 1) {
      await bundle.track('contact_noted', {
        email: 'ada@example.com',
        text: `note ${n}`,
        values: { jobtitle: `title ${n}` },
      });
    }
    await bundle.start();
    await bundle.idle();
    expect(bundle.contact('ada@example.com')).toMatchObject({ jobtitle: 'title 5' });
    expect(notesOf(bundle)).toHaveLength(5);
    const writes = bundle.simulator.journal().filter((entry) => entry.path.includes('/batch/'));
    expect(writes.map((entry) => entry.path.split('/').slice(-3).join('/'))).toEqual([
      'contacts/batch/upsert',
      'notes/batch/create',
    ]);
  });

  it('delivers 99 of 100 records when one is refused, and says why of the other', async () => {
    const bundle = await setup();
    for (let n = 0; n < 100; n += 1) {
      await bundle.track('contact_set', {
        email: `user${n}@example.com`,
        values: n === 37 ? { lifecyclestage: 'nope' } : { firstname: 'Ada' },
      });
    }
    await bundle.start();
    await bundle.idle();
    const events = await bundle.events();
    expect(events.filter((event) => event.state === 'delivered')).toHaveLength(99);
    expect(events[37]).toMatchObject({ state: 'dead', last_error_code: 'HUBSPOT_REFUSED' });
    expect(events[37]?.last_error).toContain('lifecyclestage');
  });

  it('logs a dead letter with its cause, and nothing of the person', async () => {
    const bundle = await setup();
    const lines: Record<string, unknown>[] = [];
    const log = createLogger({
      destination: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
    });
    await bundle.track('contact_set', { email: 'ada@example.com', values: { firstname: 'Ada' } });
    await bundle.track('contact_set', { email: 'ada@example.com', values: { lifecyclestage: 'nope' } });
    await bundle.start({ log });
    // The line comes after what it tells of has been written.
    const letter = await waitFor(
      () => lines.find(({ msg }) => String(msg).startsWith('event is a dead letter')),
      { what: 'the line' },
    );
    expect(letter).toMatchObject({ event: 2, code: 'HUBSPOT_REFUSED', status: expect.any(Number) });
    expect(letter).toMatchObject({
      hubspotId: expect.stringMatching(/^\d+$/),
      correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(JSON.stringify(lines)).not.toMatch(/nope|ada@|Ada/);
  });

  it('finds the one bad event among those folded for a record', async () => {
    const bundle = await setup();
    for (let n = 0; n < 6; n += 1) {
      await bundle.track('contact_set', {
        email: 'ada@example.com',
        values: n === 3 ? { lifecyclestage: 'nope' } : { jobtitle: `title ${n}` },
      });
    }
    await bundle.start();
    await bundle.idle();
    expect((await bundle.events()).map((event) => event.state)).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'dead',
      'delivered',
      'delivered',
    ]);
    expect(bundle.contact('ada@example.com')).toMatchObject({ jobtitle: 'title 5' });
  });

  it('makes an event that cannot be mapped a dead letter and holds up nothing else', async () => {
    const bundle = await setup();
    await bundle.track('contact_set', { email: 'not-an-email', values: {} });
    await bundle.track('contact_set', { email: 'ada@example.com', values: { firstname: 'Ada' } });
    await bundle.start();
    await bundle.idle();
    expect((await bundle.events()).map((event) => [event.state, event.last_error_code])).toEqual([
      ['dead', 'EMAIL_UNUSABLE'],
      ['delivered', null],
    ]);
  });

  it.each(['reset', 'hang', 'html', 'garbage', 'truncate', 'status', 'drop-item', 'empty'] as const)(
    'creates each note once when the portal applied it and answered with %s',
    async (fault) => {
      const bundle = await setup();
      bundle.simulator.addFaults([
        {
          match: { path: '/notes/batch/create' },
          at: fault === 'truncate' ? 'mid-body' : 'after-apply',
          do: fault,
          status: 502,
          times: 2,
        },
      ]);
      for (let n = 0; n < 5; n += 1)
        await bundle.track('contact_noted', { email: `user${n}@example.com`, text: `note ${n}` });
      await bundle.start();
      await bundle.idle(25_000);
      expect(bundle.simulator.faults()[0]?.hits).toBeGreaterThan(0);
      expect(
        notesOf(bundle)
          .map((body) => /note \d/.exec(body)?.[0])
          .sort(),
      ).toEqual(['note 0', 'note 1', 'note 2', 'note 3', 'note 4']);
    },
  );
});
