import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BehaviourPatch } from '../behaviour.ts';
import { CONTACTS, startPortal, type TestPortal, uniqueProperty, upserts } from '../test-client.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const upsert = (body: unknown) => portal.call('POST', `${CONTACTS}/batch/upsert`, body);
const switchTo = (behaviour: BehaviourPatch) => portal.simulator.setBehaviour(behaviour);
const ids = (records: { id: string }[]) => records.map((record) => record.id);

describe('batch upsert', () => {
  it('creates and updates by e-mail, tells which is new and lower-cases the address', async () => {
    const first = await upsert(upserts([['Ada@Example.com', { firstname: 'Ada' }]]));
    const second = await upsert(upserts([['ada@example.com', { lastname: 'L' }]]));
    expect(first.status).toBe(200);
    expect(first.headers['content-type']).toContain('application/json');
    expect(first.body.results[0]).toMatchObject({ new: true, properties: { email: 'ada@example.com' } });
    expect(second.body.results[0]).toMatchObject({
      new: false,
      properties: { firstname: 'Ada', lastname: 'L' },
    });
  });

  it('refuses the whole batch without trace ids when one input is bad, and writes nothing', async () => {
    const answer = await upsert(
      upserts([
        ['a@example.com', {}],
        ['b@example.com', { nope: '1' }],
      ]),
    );
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      {
        message: 'Property "nope" does not exist',
        code: 'PROPERTY_DOESNT_EXIST',
        context: { propertyName: ['nope'] },
      },
    ]);
    expect(portal.simulator.state().counts.contacts?.live).toBe(0);
  });

  it('repeats an equal fault in the message but not in errors[]', async () => {
    const answer = await upsert(
      upserts([
        ['a@example.com', { nope: '1' }],
        ['b@example.com', { nope: '1' }],
      ]),
    );
    const embedded: unknown[] = JSON.parse(answer.body.message.slice(answer.body.message.indexOf('[')));
    expect(embedded).toHaveLength(2);
    expect(answer.body.errors).toHaveLength(1);
  });

  it('writes the good inputs and answers 207 when every input has its own trace id', async () => {
    const answer = await upsert(
      upserts(
        [
          ['a@example.com', {}],
          ['b@example.com', { nope: '1' }],
        ],
        true,
      ),
    );
    expect(answer.status).toBe(207);
    expect(answer.body.results).toMatchObject([{ objectWriteTraceId: 't1' }]);
    expect(answer.body.numErrors).toBe(1);
    expect(answer.body.errors[0]).toMatchObject({
      category: 'VALIDATION_ERROR',
      context: { objectWriteTraceId: ['t2'] },
    });
  });

  it.each([
    [
      'one trace id is missing',
      (inputs: { objectWriteTraceId?: string }[]) => delete inputs[0]?.objectWriteTraceId,
    ],
    [
      'two trace ids are equal',
      (inputs: { objectWriteTraceId?: string }[]) =>
        Object.assign(inputs[0] ?? {}, { objectWriteTraceId: 't2' }),
    ],
  ])('is all or nothing when %s', async (_, spoil) => {
    const body = upserts(
      [
        ['a@example.com', {}],
        ['b@example.com', { nope: '1' }],
      ],
      true,
    );
    spoil(body.inputs);
    expect((await upsert(body)).status).toBe(400);
    expect(portal.simulator.state().counts.contacts?.live).toBe(0);
  });

  it('stays all or nothing by e-mail in a portal that denies partial upserts', async () => {
    switchTo({ partialUpsertByEmail: false });
    expect(
      (
        await upsert(
          upserts(
            [
              ['a@example.com', {}],
              ['b@example.com', { nope: '1' }],
            ],
            true,
          ),
        )
      ).status,
    ).toBe(400);
  });

  it('lists equal errors once with all trace ids when the portal groups them', async () => {
    switchTo({ groupTraceErrors: true });
    const answer = await upsert(
      upserts(
        [
          ['a@example.com', { nope: '1' }],
          ['b@example.com', { nope: '1' }],
        ],
        true,
      ),
    );
    expect(answer.body.errors).toMatchObject([{ context: { objectWriteTraceId: ['t1', 't2'] } }]);
  });

  it('refuses addresses that differ only in case, trace ids or not', async () => {
    const answer = await upsert(
      upserts(
        [
          ['A@example.com', {}],
          ['a@example.com', {}],
        ],
        true,
      ),
    );
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      message: 'Duplicate IDs found in batch input: [a@example.com]. IDs must be unique',
      context: { ids: ['a@example.com'] },
    });
  });

  it('takes 100 inputs and refuses 101', async () => {
    const rows = Array.from({ length: 101 }, (_, place) => [`p${place}@example.com`, {}] as [string, object]);
    expect((await upsert(upserts(rows.slice(0, 100) as never))).status).toBe(200);
    expect(await upsert(upserts(rows as never))).toMatchObject({
      status: 400,
      body: { category: 'VALIDATION_ERROR' },
    });
  });

  it('answers in another order than asked, the same for the same seed', async () => {
    const rows = Array.from({ length: 20 }, (_, place) => [`p${place}@example.com`, {}] as [string, object]);
    const orders: string[] = [];
    for (const seed of [7, 7, 8]) {
      const shuffled = await startPortal({ seed, behaviour: { shuffleResults: true } });
      const answer = await shuffled.call('POST', `${CONTACTS}/batch/upsert`, upserts(rows as never));
      orders.push(ids(answer.body.results).join());
      await shuffled.simulator.stop();
    }
    expect(orders[0]).toBe(orders[1]);
    expect(orders[0]).not.toBe(orders[2]);
    expect(orders[0]).not.toBe(orders[0]?.split(',').sort().join());
  });

  it.each([
    ['hs_object_id', /^hs_object_id cannot/],
    [
      'firstname',
      /^Unable to perform update\/upsert by non-unique 0-1 property firstname in portal ID 12345678$/,
    ],
    [undefined, /^idProperty is required/],
  ])('refuses idProperty %s', async (idProperty, message) => {
    const answer = await upsert({ inputs: [{ id: '1', idProperty, properties: {} }] });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(message);
  });

  it('upserts by a unique custom property and refuses its value on another contact', async () => {
    await portal.call('POST', '/crm/properties/2026-09/contacts', uniqueProperty('app_user_id'));
    const input = (id: string, properties: object, traceId: string) => ({
      id,
      idProperty: 'app_user_id',
      properties,
      objectWriteTraceId: traceId,
    });
    const made = await upsert({
      inputs: [input('u1', { email: 'a@example.com' }, 't1'), input('u2', { email: 'b@example.com' }, 't2')],
    });
    expect(made.body.results).toMatchObject([
      { new: true, properties: { app_user_id: 'u1' } },
      { new: true },
    ]);
    const clash = await upsert({ inputs: [input('u1', { app_user_id: 'u2' }, 't1')] });
    expect(clash.body.errors[0]?.message).toContain('CONFLICTING_UNIQUE_VALUE');
  });

  it('answers CONFLICT when an update takes the address of another contact', async () => {
    await portal.call('POST', '/crm/properties/2026-09/contacts', uniqueProperty('app_user_id'));
    const [holder = ''] = portal.simulator.insert('contacts', [
      { email: 'a@example.com' },
      { email: 'b@example.com', app_user_id: 'u2' },
    ]);
    const answer = await upsert({
      inputs: [
        {
          id: 'u2',
          idProperty: 'app_user_id',
          properties: { email: 'A@example.com' },
          objectWriteTraceId: 't1',
        },
      ],
    });
    expect(answer.body.errors).toMatchObject([
      {
        category: 'CONFLICT',
        message: `Contact already exists. Existing ID: ${holder}`,
        context: { objectWriteTraceId: ['t1'], existingId: [holder] },
      },
    ]);
  });

  it('finds the contact by an additional address and leaves its primary one', async () => {
    const [id] = portal.simulator.insert('contacts', [
      { email: 'a@example.com', hs_additional_emails: 'old@example.com' },
    ]);
    const answer = await upsert(upserts([['OLD@example.com', { firstname: 'A' }]]));
    expect(answer.body.results).toMatchObject([
      { id, new: false, properties: { email: 'a@example.com', firstname: 'A' } },
    ]);
  });

  it('makes an additional address primary when it is also sent as a value', async () => {
    const [id = ''] = portal.simulator.insert('contacts', [
      { email: 'a@example.com', hs_additional_emails: 'old@example.com' },
    ]);
    await upsert(upserts([['old@example.com', { email: 'old@example.com' }]]));
    expect(portal.simulator.record('contacts', id)?.properties).toMatchObject({
      email: 'old@example.com',
      hs_additional_emails: 'a@example.com',
    });
  });

  it('refuses an additional address as primary in a portal set so', async () => {
    switchTo({ emailFromAdditional: 'conflict' });
    portal.simulator.insert('contacts', [
      { email: 'a@example.com', hs_additional_emails: 'old@example.com' },
    ]);
    expect((await upsert(upserts([['old@example.com', { email: 'old@example.com' }]]))).status).toBe(409);
  });

  it('moves the modified date only when a value changed', async () => {
    const first = await upsert(upserts([['a@example.com', { firstname: 'A' }]]));
    portal.simulator.setClock({ advanceMs: 5_000, frozen: true });
    const same = await upsert(upserts([['a@example.com', { firstname: 'A' }]]));
    const other = await upsert(upserts([['a@example.com', { firstname: 'B' }]]));
    expect(same.body.results[0]?.updatedAt).toBe(first.body.results[0]?.updatedAt);
    expect(other.body.results[0]?.updatedAt).toBe(new Date(portal.simulator.now()).toISOString());
  });
});
