import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesOf, batchSize, type UpsertInput } from './upsert-batches.ts';

const upsert = (id: string, idProperty = 'email', failures = 0): UpsertInput => ({
  record: { objectType: 'contacts', idProperty, id },
  properties: {},
  eventIds: [1],
  traceId: '1',
  failures,
});

describe('batchesOf', () => {
  it('fills batches of a hundred', () => {
    const upserts = Array.from({ length: 250 }, (_, n) => upsert(`user${n}@example.com`));
    expect(batchesOf(upserts).map((batch) => batch.length)).toEqual([100, 100, 50]);
  });

  it('sends records whose writes keep failing apart from the others, in ever smaller batches', () => {
    const upserts = Array.from({ length: 12 }, (_, n) =>
      upsert(`user${n}@example.com`, 'email', n < 6 ? 0 : n < 8 ? 3 : 8),
    );
    expect(batchesOf(upserts).map((batch) => batch.length)).toEqual([6, 2, 1, 1, 1, 1]);
    expect([2, 3, 4, 5, 6, 7, 8, 20].map(batchSize)).toEqual([100, 50, 25, 12, 6, 3, 1, 1]);
  });

  it('keeps the second of two upserts by one address for a later call, in order', () => {
    const [first, second] = [upsert('Ada@example.com'), upsert('ada@example.com')];
    expect(batchesOf([first, second])).toEqual([[first], [second]]);
  });

  it('holds HubSpot’s limits for any upserts, and loses none', () => {
    const any = fc.record({
      id: fc.constantFrom('a', 'A', 'b', 'c', 'd'),
      idProperty: fc.constantFrom('email', 'driver_id'),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 300 }), (drafts) => {
        const upserts = drafts.map(({ id, idProperty }) => upsert(id, idProperty));
        const batches = batchesOf(upserts);
        expect(new Set(batches.flat())).toEqual(new Set(upserts));
        expect(batches.flat()).toHaveLength(upserts.length);
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(100);
          expect(new Set(batch.map(({ record }) => record.idProperty)).size).toBe(1);
          expect(new Set(batch.map(({ record }) => record.id.toLowerCase())).size).toBe(batch.length);
        }
      }),
    );
  });

  it('sends the upserts of one record in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 250 }), (ids) => {
        const upserts = ids.map((id) => upsert(id));
        const sent = batchesOf(upserts).flat();
        for (const id of ['a', 'b', 'c'])
          expect(sent.filter(({ record }) => record.id === id)).toEqual(
            upserts.filter(({ record }) => record.id === id),
          );
      }),
    );
  });
});
