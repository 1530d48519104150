import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FormDefinition } from '../../src/config/forms.ts';
import type { Queryable } from '../../src/db/database.ts';
import { plainPostId } from '../../src/forms/submission-id.ts';
import { forgetGuards, purgeSubmissions } from '../../src/forms/submission-upkeep.ts';
import { databaseKinds } from '../support/database.ts';
import { ADA, formVisits } from '../support/form-visits.ts';
import { testWebsite } from '../support/website.ts';

const SPAN_SECONDS = 600;
const booking: FormDefinition = {
  title: 'Booking',
  fields: {
    email: { type: 'email', label: 'E-mail' },
    day: { type: 'date', label: 'Day', past: false },
    seats: { type: 'number', label: 'Seats', max: 20 },
  },
};

describe.each(databaseKinds)('posts that come again, on %s', (kind) => {
  const { ask, post, keyed, rows, submissions, counts, startOther, db } = formVisits(kind);

  /** Posts to the form as it is at that moment. */
  const take = async (body: object, over: Partial<FormDefinition> = {}) => {
    const { id, repeated } = await testWebsite(db()).intake.take({
      form: 'contact',
      definition: { ...booking, ...over },
      body: { ...body },
      address: '203.0.113.5',
      origin: 'own',
      language: 'en',
      isPlainPost: false,
    });
    return { id, repeated };
  };
  const today = () => new Date().toISOString().slice(0, 10);

  it('are repeats although they would not be taken any more', async () => {
    const _id = randomUUID();
    const body = { _id, email: ADA.email, day: today(), seats: 12 };
    await take(body);
    const fewer: FormDefinition['fields'] = {
      ...booking.fields,
      seats: { type: 'number', label: 'Seats', max: 5 },
    };
    expect(await take(body, { fields: fewer })).toEqual({ id: _id, repeated: true });
    // A field that the form has lost counts as sent.
    const { seats: _, ...without } = booking.fields;
    expect(await take(body, { fields: without })).toEqual({ id: _id, repeated: true });
    expect(await counts()).toEqual({ submissions: 1, events: 1 });
    // Other fields are told what is wrong with them, or that the id is taken.
    await expect(take({ ...body, seats: 30 })).rejects.toMatchObject({ code: 'SUBMISSION_INVALID' });
    await expect(take({ ...body, seats: 3 })).rejects.toMatchObject({ code: 'SUBMISSION_CONFLICT' });
    const more: FormDefinition['fields'] = { ...booking.fields, note: { type: 'text', label: 'Note' } };
    await expect(take({ ...body, note: 'Window' }, { fields: more })).rejects.toMatchObject({
      code: 'SUBMISSION_CONFLICT',
    });
  });

  it('that were never right are refused, with an id and without', async () => {
    const wrong = { email: ADA.email, seats: 30 };
    for (const body of [wrong, { ...wrong, _id: randomUUID() }])
      await expect(take(body)).rejects.toMatchObject({ code: 'SUBMISSION_INVALID' });
  });

  it('cost no question to a vendor, however often they come', async () => {
    let asked = 0;
    const vendor = createServer((_, response) => {
      asked += 1;
      response.end(JSON.stringify({ success: true }));
    });
    await new Promise<void>((listening) => vendor.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void vendor.close());
    const address = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/`;
    const { url } = await startOther({
      challenges: { own: { kind: 'turnstile', secret: 'TURNSTILE_SECRET', url: address, siteKey: 'k' } },
      limits: { perAddress: { count: 2, seconds: 600 } },
    });
    const body = { ...ADA, _id: randomUUID(), _challenge: 'token' };
    const send = (over: object) => ask('POST', '/api/forms/guarded', { url, body: { ...body, ...over } });
    const statuses: number[] = [];
    for (const over of [{}, {}, {}, { message: 'Other' }, {}]) statuses.push((await send(over)).status);
    expect(statuses).toEqual([201, 200, 200, 422, 200]);
    expect(asked).toBe(1);
  });

  describe('without an id', () => {
    const post1 = { digest: 'd', client: 'c' };
    const idOf = (over = {}) => plainPostId(db(), { ...post1, ...over });
    /** As if the first post had come then: a time of the database in SQL. */
    const firstAt = (time: string) =>
      rows(
        `update {schema}.form_limits set tat = ${time} + interval '${SPAN_SECONDS} seconds' where key like 'post:%'`,
      );
    const SPAN_START = `to_timestamp(floor(extract(epoch from clock_timestamp()) / ${SPAN_SECONDS}) * ${SPAN_SECONDS})`;

    it('are one for ten minutes from the first, also where two spans of ten minutes meet', async () => {
      await idOf();
      await firstAt(SPAN_START);
      const inThisSpan = await idOf();
      await firstAt(`${SPAN_START} - interval '1 ms'`);
      const before = await idOf();
      expect(before).not.toBe(inThisSpan);
      expect(await idOf()).toBe(before);
      await firstAt(`clock_timestamp() - interval '${SPAN_SECONDS} seconds'`);
      expect(await idOf()).toBe(inThisSpan);
    });

    it('are others by other fields or another visitor', async () => {
      const ids = [await idOf(), await idOf({ digest: 'e' }), await idOf({ client: 'd' })];
      expect(new Set(ids).size).toBe(3);
    });

    it('sent at the same moment are one', async () => {
      const fields = new URLSearchParams({ email: 'ada@example.com', message: 'Hi' });
      await Promise.all(Array.from({ length: 10 }, () => post(fields)));
      expect(await counts()).toEqual({ submissions: 1, events: 1 });
    });
  });

  it('limits that are earned back are forgotten, as many as there are', async () => {
    await rows(
      `insert into {schema}.form_limits select 'x' || n, clock_timestamp() - interval '1 s' from generate_series(1, 5001) n`,
    );
    expect([await forgetGuards(db()), await forgetGuards(db()), await forgetGuards(db())]).toEqual([
      5_000, 1, 0,
    ]);
  });

  it('the upkeep reads none of the submissions that are not old', async () => {
    await rows(
      `insert into {schema}.submissions (id, form, language, state, raw, accepted, changes, flags, body_digest, score, reasons, status_hash)
       select gen_random_uuid(), 'contact', 'en', 'accepted', '{}', '{}', '[]', '[]', '', 0, '{}', '' from generate_series(1, 3000)`,
    );
    await rows('analyze {schema}.submissions');
    const plan: string[] = [];
    const explain: Queryable['query'] = async (text, values) => {
      const lines = await db().query(`explain (analyze, costs off, timing off) ${text}`, values);
      plan.push(...lines.map((line) => String(line['QUERY PLAN'])));
      return [];
    };
    await purgeSubmissions({ query: explain }, 30);
    expect(plan.join('\n')).toContain('Index Cond: (received_at <');
    expect(plan.filter((line) => /Rows Removed by Filter: [1-9]/.test(line))).toEqual([]);
  });

  it('what a suspect agreed to is held until somebody releases it, and goes with it otherwise', async () => {
    const { json } = await post({ ...ADA, _website: 'x' });
    await post({ ...ADA, email: 'other@example.com', _website: 'x' });
    const consents = async (email: string) => {
      const { text } = await keyed('GET', `/consents?email=${email}`);
      return text
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { held: boolean }).held);
    };
    expect(await consents('ada@example.com')).toEqual([true]);
    await keyed('POST', `/submissions/${json.submissionId}/release`);
    expect(await consents('ada@example.com')).toEqual([false]);
    expect(await purgeSubmissions(db(), 0)).toBe(2);
    expect(await consents('ada@example.com')).toEqual([false]);
    expect(await consents('other@example.com')).toEqual([]);
    expect(await submissions()).toEqual([]);
  });

  it('the list goes on behind one that was deleted, and refuses what is no place in it', async () => {
    for (const n of [1, 2, 3]) await post({ ...ADA, message: String(n) });
    const page = (await keyed('GET', '/submissions?limit=2')).json;
    for (const { id } of page.submissions) await keyed('DELETE', `/submissions/${id}`);
    const next = await keyed('GET', `/submissions?limit=2&after=${page.nextCursor}`);
    expect(next.json).toMatchObject({ submissions: [{ email: 'ada@example.com' }], nextCursor: null });
    const { status, json } = await keyed('GET', `/submissions?after=${randomUUID()}`);
    expect({ status, fields: json.fields }).toEqual({ status: 422, fields: { after: expect.any(String) } });
  });

  it('one says what became of its event, and why it did not arrive', async () => {
    const { json } = await post(ADA);
    const show = async () => (await keyed('GET', `/submissions/${json.submissionId}`)).json.event;
    expect(await show()).toMatchObject({ state: 'pending', tries: 0, errorCode: null, endedAt: null });
    await rows(
      `update {schema}.outbox_events set state = 'dead', last_error_code = 'HUBSPOT_REFUSED', last_error = 'no such property',
         processed_at = clock_timestamp()`,
    );
    expect(await show()).toMatchObject({
      state: 'dead',
      errorCode: 'HUBSPOT_REFUSED',
      error: 'no such property',
      endedAt: expect.stringMatching(/^20.*Z$/),
    });
  });
});
