import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { defineConfig } from '../../src/config/define-config.ts';
import type { SegmentDefinition } from '../../src/config/segments.ts';
import type { Database } from '../../src/db/database.ts';
import { createHubspotClient, tokenFromText } from '../../src/hubspot/index.ts';
import { evaluateSegments } from '../../src/mirror/evaluate-segments.ts';
import { heldSegments } from '../../src/mirror/held-segments.ts';
import { writeDepartures } from '../../src/mirror/write-departures.ts';
import { writeRecords } from '../../src/mirror/write-records.ts';
import { applySegments } from '../../src/records/apply-segments.ts';
import { pushSegments } from '../../src/records/push-segments.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';
import { provision } from '../support/provision.ts';
import { setup } from '../support/setup.ts';
import { waitFor } from '../support/wait-for.ts';

const RULE = { property: 'lifecyclestage', is: 'customer' } as const;
const SEGMENTS = { vips: { rule: RULE, pushToList: 'VIPs' } };
const START = Date.UTC(2026, 0, 1);

/** A mirror whose contacts are written by hand, each time a second later. */
function mirrorOf(db: () => Database) {
  let second = 0;
  const tick = () => {
    second += 1;
    return new Date(START + second * 1_000);
  };
  return {
    async stage(id: number | string, lifecyclestage: string) {
      const at = tick();
      const record = { id: String(id), properties: { lifecyclestage }, updatedAt: at.toISOString() };
      await writeRecords(db(), [record], { objectType: 'contacts', readAt: at });
    },
    archive: (id: number) =>
      writeDepartures(db(), [{ id: String(id), state: 'archived' }], {
        objectType: 'contacts',
        readAt: tick(),
      }),
    evaluate: (segments: Record<string, SegmentDefinition> = SEGMENTS) =>
      evaluateSegments(db(), { segments }),
  };
}

describe.each(databaseKinds)('what segments send to lists, on %s', (kind) => {
  const opening = testDatabaseOf(kind);
  let db: Database;
  const mirror = mirrorOf(() => db);

  beforeEach(async () => {
    ({ db } = await opening);
    await db.query(
      'delete from {schema}.mirror_records; delete from {schema}.segments; delete from {schema}.segment_changes; delete from {schema}.outbox_events',
    );
  });
  afterAll(async () => (await opening).drop());

  const sent = async () =>
    (
      await db.query<{ sent: string }>(
        `select payload #>> '{record,id}' || ' ' || (payload #>> '{effects,0,kind}') || ' ' || (payload #>> '{effects,0,list}') as sent
         from {schema}.outbox_events order by id`,
      )
    ).map((row) => row.sent);
  const push = (segments: Record<string, SegmentDefinition> = SEGMENTS, chunk = 2) =>
    pushSegments(db, { segments, chunk });

  it('is nothing before the first evaluation', async () => {
    expect(await push()).toEqual([{ segment: 'vips', list: 'VIPs', added: 0, removed: 0 }]);
    expect(await sent()).toEqual([]);
  });

  it('is everybody at first, then who joins and who leaves, each once', async () => {
    for (const id of [1, 2, 3, 4, 5]) await mirror.stage(id, id === 4 ? 'lead' : 'customer');
    await mirror.evaluate();
    expect(await push()).toEqual([{ segment: 'vips', list: 'VIPs', added: 4, removed: 0 }]);
    expect(await sent()).toEqual([1, 2, 3, 5].map((id) => `${id} list.add VIPs`));
    expect(await push()).toEqual([{ segment: 'vips', list: 'VIPs', added: 0, removed: 0 }]);
    await mirror.stage(4, 'customer');
    await mirror.evaluate();
    await mirror.stage(1, 'lead');
    await mirror.evaluate();
    expect(await push()).toEqual([{ segment: 'vips', list: 'VIPs', added: 1, removed: 1 }]);
    expect((await sent()).slice(4)).toEqual(['4 list.add VIPs', '1 list.remove VIPs']);
    expect(await push()).toMatchObject([{ added: 0, removed: 0 }]);
  });

  it('is the last of several changes of a record', async () => {
    await mirror.stage(1, 'lead');
    await mirror.evaluate();
    await push();
    for (const stage of ['customer', 'lead', 'customer']) {
      await mirror.stage(1, stage);
      await mirror.evaluate();
    }
    await push(SEGMENTS, 100);
    expect(await sent()).toEqual(['1 list.add VIPs']);
  });

  it('is nothing for a record that has left the portal', async () => {
    for (const id of [1, 2]) await mirror.stage(id, 'customer');
    await mirror.evaluate();
    await mirror.archive(2);
    await push();
    await mirror.evaluate();
    expect(await push()).toMatchObject([{ added: 0, removed: 0 }]);
    expect(await sent()).toEqual(['1 list.add VIPs']);
  });

  it('is what changed between two parts of those who were in it at first, too', async () => {
    for (const id of [1, 2, 3]) await mirror.stage(id, 'customer');
    await mirror.evaluate();
    const stopping = new AbortController();
    await pushSegments(
      {
        ...db,
        async transaction(work) {
          const result = await db.transaction(work);
          stopping.abort();
          return result;
        },
      },
      { segments: SEGMENTS, chunk: 2, signal: stopping.signal },
    );
    expect(await sent()).toEqual(['1 list.add VIPs', '2 list.add VIPs']);
    await mirror.stage(1, 'lead');
    await mirror.stage(3, 'lead');
    await mirror.evaluate();
    await push();
    expect((await sent()).slice(2).sort()).toEqual(['1 list.remove VIPs', '3 list.remove VIPs']);
  });

  it('is everybody again for another list, and for a list that is named again', async () => {
    await mirror.stage(1, 'customer');
    await mirror.evaluate();
    await push();
    await push({ vips: { rule: RULE, pushToList: ' Best ' } });
    await push({ vips: { rule: RULE } });
    await push({ vips: { rule: RULE, pushToList: 'Best' } });
    expect(await sent()).toEqual(['1 list.add VIPs', '1 list.add Best', '1 list.add Best']);
  });
});

describe.each(databaseKinds)('segments on which nobody may rely yet, on %s', (kind) => {
  const opening = testDatabaseOf(kind);
  afterAll(async () => (await opening).drop());

  it('are those of records, properties and lists that were never read to the end', async () => {
    const { db } = await opening;
    const segments = {
      vips: SEGMENTS.vips,
      readers: { rule: { not: { list: 'News' } }, pushToList: 'Others' },
      both: { rule: { all: [{ segment: 'vips' }, { property: 'updatedAt', withinDays: 30 }] } },
      deals: { objectType: 'deals', rule: { property: 'amount', above: 1 } },
    } satisfies Record<string, SegmentDefinition>;
    const held = async () => Object.fromEntries(await heldSegments(db, segments));
    const none = 'The deals were not read to the end yet.';
    const unread = 'The contacts were not read to the end yet.';
    expect(await held()).toEqual({ vips: unread, readers: unread, both: unread, deals: none });
    await db.query(
      `insert into {schema}.mirror_objects (object_type, properties, complete_at) values ('contacts', '{email}', now())`,
    );
    const property = 'The property lifecyclestage was not read of all contacts yet.';
    const list = 'The members of the list News were not read yet: is it under mirror.lists?';
    expect(await held()).toEqual({ vips: property, readers: list, both: property, deals: none });
    await db.query(
      `insert into {schema}.mirror_lists (id, name, object_type, processing_type, read_at) values (1, 'News', 'contacts', 'MANUAL', now());
       update {schema}.mirror_objects set properties = '{email,lifecyclestage}'`,
    );
    expect(await held()).toEqual({ readers: list, deals: none });
    expect((await applySegments(db, { segments }))?.pushes).toEqual([
      { segment: 'vips', list: 'VIPs', added: 0, removed: 0 },
      { segment: 'readers', list: 'Others', added: 0, removed: 0, held: list },
    ]);
    await db.query('update {schema}.mirror_lists set members_read_at = now()');
    expect(await held()).toEqual({ deals: none });
  });
});

describe('a segment that goes to a list', () => {
  it('has its members on it at HubSpot, from the first reading on', { timeout: 60_000 }, async () => {
    const { simulator, start, idle, events } = await setup({ simulator: { behaviour: { searchLag: 0 } } });
    const config = defineConfig({
      events: {},
      mirror: { objects: { contacts: { properties: ['email', 'lifecyclestage'] } }, segments: SEGMENTS },
    });
    await provision(simulator, config);
    const [, second = '', third = '', fourth = ''] = simulator.insert(
      'contacts',
      ['lead', 'customer', 'customer', 'lead'].map((lifecyclestage, n) => ({
        email: `p${n}@example.com`,
        lifecyclestage,
      })),
    );
    await start({ config, env: { SPOKE_PULL_INTERVAL: '1' } });
    const members = () =>
      simulator.list(simulator.lists()[0]?.listId ?? '')?.members.map(({ recordId }) => recordId);
    const become = async (...ids: string[]) => {
      await waitFor(() => [...(members() ?? [])].sort().join() === ids.join(), {
        timeout: 25_000,
        what: `the list to have ${ids.join()}`,
      });
    };
    await become(second, third);
    const client = createHubspotClient({ baseUrl: simulator.url, token: tokenFromText(simulator.token) });
    onTestFinished(() => client.close());
    await client.records.update('contacts', fourth, { lifecyclestage: 'customer' });
    await client.records.archive('contacts', third);
    await become(second, fourth);
    await idle();
    expect((await events()).map(({ state }) => state)).toEqual(Array(3).fill('delivered'));
  });
});
