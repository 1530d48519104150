import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/log.ts';
import {
  addToList,
  companyBy,
  contactBy,
  contactByEmail,
  note,
  upsertCompany,
  upsertContact,
} from '../../src/mapping/index.ts';
import { createSpoke } from '../../src/spoke.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';
import {
  createTextProperty,
  effectsConfig,
  liveRecords,
  onlyRecord,
  setupEffects,
} from '../support/effects.ts';

const LONG = 60_000;
const EMAIL = 'ada@example.com';
const KEY = `contacts:email:${EMAIL}`;

describe.each(databaseKinds)('records on %s', (kind) => {
  async function start() {
    const bundle = await setupEffects({ database: await testDatabaseOf(kind) });
    for (const name of [
      'last_file_upload_date',
      'file_upload_count',
      'last_file_type',
      'last_file_quality_score',
      'sample_data_reference',
    ])
      await createTextProperty(bundle, 'contacts', name);
    const spoke = createSpoke({ config: effectsConfig, schema: bundle.db.schema, log: silentLogger });
    return { ...bundle, spoke };
  }

  it('go through the outbox, with their ids for those who wait', { timeout: LONG }, async () => {
    const { spoke, db, start: startApp, ...bundle } = await start();
    await startApp();
    const deal = { idProperty: 'redemption_id', value: 'r-1' };
    const receipts = await db.transaction(async (tx) => [
      await spoke.records.createDeal(tx, deal, {
        name: 'Order',
        stage: 'appointmentscheduled',
        contact: { email: EMAIL },
        company: { idProperty: 'merchant_id', value: 'm-1' },
      }),
      await spoke.records.createContact(tx, { email: ' ADA@example.com', firstname: 'Ada' }),
      await spoke.enqueue(tx, [
        upsertContact(contactByEmail(EMAIL), { lastname: 'Lovelace' }),
        note(contactByEmail(EMAIL), { text: 'Hello' }),
      ]),
      await spoke.track(tx, 'redeemed', { email: EMAIL, redemption: 'r-2', merchant: 'm-1', amount: 5 }),
    ]);
    const outcomes = await Promise.all(
      receipts.map((receipt) => spoke.waitFor(db, receipt, { timeoutMs: 30_000 })),
    );
    expect(outcomes.map(({ state }) => state)).toEqual(Array(4).fill('delivered'));
    const contact = onlyRecord(bundle, 'contacts');
    const company = onlyRecord(bundle, 'companies');
    const deals = new Map(
      liveRecords(bundle, 'deals').map((each) => [each.properties.redemption_id, each.id]),
    );
    expect(outcomes[0]?.ids).toEqual({
      [KEY]: contact.id,
      'companies:merchant_id:m-1': company.id,
      'deals:redemption_id:r-1': deals.get('r-1'),
    });
    expect(outcomes[1]?.ids).toEqual({ [KEY]: contact.id });
    expect(outcomes[3]?.ids).toMatchObject({ 'deals:redemption_id:r-2': deals.get('r-2') });
    expect(contact.properties).toMatchObject({ firstname: 'Ada', lastname: 'Lovelace', redemptions: '1' });
    expect(liveRecords(bundle, 'notes').map((each) => each.properties.hs_note_body)).toEqual(
      expect.arrayContaining([expect.stringContaining('Hello')]),
    );
    const updated = await spoke.records.updateDeal(
      db,
      deal,
      { stage: 'closedwon' },
      { wait: { timeoutMs: 30_000 } },
    );
    expect(updated).toMatchObject({ status: 'recorded', outcome: { state: 'delivered' } });
    const [row] = await db.query('select priority from {schema}.outbox_events order by id desc limit 1');
    expect(row).toEqual({ priority: 1 });
    expect(liveRecords(bundle, 'deals').find(({ id }) => id === deals.get('r-1'))?.properties.dealstage).toBe(
      'closedwon',
    );
  });

  it('can be named by the id that HubSpot gave them', { timeout: LONG }, async () => {
    const { spoke, db, start: startApp, simulator, idle, events, ...bundle } = await start();
    const [ada = '', gone = ''] = simulator.insert('contacts', [
      { email: EMAIL, lastname: 'Lovelace' },
      { email: 'bob@example.com' },
    ]);
    const [company = ''] = simulator.insert('companies', [{ name: 'Example' }]);
    const contact = contactBy('hs_object_id', ada);
    await spoke.enqueue(db, [upsertContact(contact, { firstname: 'Ada' }), note(contact, { text: 'Hello' })]);
    await spoke.enqueue(db, [note(contact, { text: 'Again' })]);
    await spoke.enqueue(db, [upsertCompany(companyBy('hs_object_id', company), { city: 'London' })]);
    await startApp();
    await idle(40_000);
    expect(liveRecords({ simulator, ...bundle }, 'notes')).toHaveLength(2);
    expect(simulator.record('contacts', ada)?.properties).toMatchObject({
      firstname: 'Ada',
      lastname: 'Lovelace',
    });
    expect(simulator.record('companies', company)?.properties.city).toBe('London');
    expect(simulator.records('contacts').map(({ id }) => id)).toEqual([ada, gone]);
    expect((await events()).map(({ state }) => state)).toEqual(Array(3).fill('delivered'));
  });

  it('count uploads, process submissions and write activities', { timeout: LONG }, async () => {
    const { spoke, db, start: startApp, ...bundle } = await start();
    const upload = { fileName: 'leads.csv', type: 'CSV', sizeBytes: 2_048, qualityScore: 0.9 };
    const at = new Date('2026-10-01T09:00:00.000Z');
    for (const n of [1, 2, 2])
      await spoke.records.updateContactWithFileUpload(db, { email: EMAIL }, upload, {
        idempotencyKey: `upload-${n}`,
        occurredAt: at,
      });
    await spoke.records.processSubmission(db, {
      contact: { email: EMAIL },
      properties: { lastname: 'Lovelace' },
      company: { name: { domain: 'example.com' }, properties: { name: 'Example' } },
      deal: {
        id: { idProperty: 'redemption_id', value: 'q-1' },
        name: 'Quote',
        stage: 'appointmentscheduled',
      },
      fields: { Seats: 5 },
    });
    await spoke.records.logActivity(db, { contact: { email: EMAIL } }, { text: 'Called' });
    await spoke.records.associate(
      db,
      { contact: { email: EMAIL } },
      { deal: { idProperty: 'redemption_id', value: 'q-1' } },
    );
    await startApp();
    await bundle.idle(40_000);
    expect((await bundle.events()).map(({ state, last_error }) => [state, last_error])).toEqual(
      Array(5).fill(['delivered', null]),
    );
    expect(onlyRecord(bundle, 'contacts').properties).toMatchObject({
      last_file_upload_date: at.toISOString(),
      file_upload_count: '2',
      last_file_type: 'CSV',
      last_file_quality_score: '0.9',
      lastname: 'Lovelace',
    });
    expect(onlyRecord(bundle, 'deals').properties.dealname).toBe('Quote');
    expect(onlyRecord(bundle, 'companies').properties).toMatchObject({
      name: 'Example',
      domain: 'example.com',
    });
    const notes = liveRecords(bundle, 'notes').map((each) => each.properties.hs_note_body ?? '');
    expect(notes.filter((body) => body.includes('Sample Data Upload'))).toHaveLength(2);
    expect(notes.filter((body) => body.includes('Seats: 5'))).toHaveLength(1);
    expect(notes.filter((body) => body.includes('Called'))).toHaveLength(1);
  });

  it('are refused as events are, with the transaction going on', async () => {
    const { spoke, db } = await start();
    const refusals = await db.transaction(async (tx) => [
      await spoke.records.createContact(tx, { email: 'nobody' }),
      await spoke.records.updateDeal(tx, { idProperty: 'redemption_id', value: '' }, {}),
      await spoke.enqueue(tx, []),
      await spoke.enqueue(tx, [addToList(contactByEmail(EMAIL), 'Drivers')], { idempotencyKey: '' }),
      await spoke.records.createContact(tx, { email: 'no' }, { wait: {} }),
    ]);
    expect(refusals.map((receipt) => (receipt.status === 'refused' ? receipt.code : receipt.status))).toEqual(
      ['EMAIL_UNUSABLE', 'RECORD_ID_UNUSABLE', 'EFFECT_UNUSABLE', 'OUTBOX_OPTION_INVALID', 'EMAIL_UNUSABLE'],
    );
    await expect(
      spoke.records.createContact(db, { email: 'nobody' }, { strict: true }),
    ).rejects.toMatchObject({
      code: 'EMAIL_UNUSABLE',
    });
    expect(await db.query('select id from {schema}.outbox_events')).toEqual([]);
  });

  it('leave nothing behind when the transaction rolls back', async () => {
    const { spoke, db } = await start();
    let receipt: Awaited<ReturnType<typeof spoke.enqueue>> | undefined;
    const work = db.transaction(async (tx) => {
      receipt = await spoke.records.createContact(tx, { email: EMAIL });
      throw new Error('the application changed its mind');
    });
    await expect(work).rejects.toThrow('changed its mind');
    if (!receipt) throw new Error('no receipt');
    expect(await spoke.waitFor(db, receipt, { timeoutMs: 0 })).toEqual({ state: 'missing', ids: {} });
  });
});
