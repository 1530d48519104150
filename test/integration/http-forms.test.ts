import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { purgeSubmissions } from '../../src/forms/submission-upkeep.ts';
import { createApiKey } from '../../src/http/api-keys.ts';
import { databaseKinds } from '../support/database.ts';
import { ADA, formVisits } from '../support/form-visits.ts';

describe.each(databaseKinds)('submissions over HTTP on %s', (kind) => {
  const { ask, post, keyed, rows, submissions, events, counts, startOther, db } = formVisits(kind);

  describe('a submission', () => {
    it('is stored with its consent and its event, and answered with its id', async () => {
      const id = randomUUID();
      const answer = await post({
        ...ADA,
        _id: id,
        _page: { url: 'https://www.example.com/contact', title: 'Contact' },
      });
      expect(answer.status).toBe(201);
      expect(answer.json).toEqual({
        success: true,
        submissionId: id,
        status: 'received',
        statusUrl: expect.stringMatching(new RegExp(`^/api/submissions/${id}\\?token=[\\w-]{43}$`)),
        message: 'Thank you.',
      });
      const [stored] = await submissions();
      expect(stored).toMatchObject({
        id,
        form: 'contact',
        state: 'accepted',
        email: 'ada@example.com',
        raw: ADA,
        accepted: { email: 'ada@example.com', message: 'Hello' },
        changes: [{ field: 'email', from: 'Ada@Example.com', to: 'ada@example.com' }],
        score: 20,
        reasons: ['token_absent'],
      });
      expect(await rows('select * from {schema}.consents')).toMatchObject([
        {
          submission_id: id,
          email: 'ada@example.com',
          purpose: 'Newsletter',
          text: 'I want news.',
          version: '1',
          given: true,
          source: 'https://www.example.com/contact',
        },
      ]);
      expect(await events()).toMatchObject([
        {
          type: 'form.contact',
          priority: 1,
          payload: {
            submissionId: id,
            language: 'en',
            values: { email: 'ada@example.com', message: 'Hello' },
            consents: [
              { field: 'newsletter', given: true, text: 'I want news.', version: '1', language: 'en' },
            ],
            page: { url: 'https://www.example.com/contact', title: 'Contact' },
          },
        },
      ]);
    });

    it('keeps no address, and no token in the clear', async () => {
      const { json } = await post(ADA);
      const [stored] = await rows('select to_jsonb(s)::text as row from {schema}.submissions s');
      const token = new URL(json.statusUrl, 'http://x').searchParams.get('token');
      expect(String(stored?.row)).not.toContain('127.0.0.1');
      expect(String(stored?.row)).not.toContain(token);
    });

    it('that comes again under its id is the same', async () => {
      const body = { ...ADA, _id: randomUUID() };
      const first = await post(body);
      const second = await post({ ...body, _token: 'another', _challenge: 'x' });
      expect([first.status, second.status]).toEqual([201, 200]);
      expect(second.json).toEqual(first.json);
      expect(await counts()).toEqual({ submissions: 1, events: 1 });
    });

    it('with other fields under its id is refused', async () => {
      const _id = randomUUID();
      await post({ ...ADA, _id });
      const { status, json } = await post({ ...ADA, message: 'Other', _id });
      expect({ status, code: json.code }).toEqual({ status: 422, code: 'SUBMISSION_CONFLICT' });
      expect((await post({ ...ADA, _id }, {}, '/api/forms/demo_request')).status).toBe(422);
      expect(await counts()).toEqual({ submissions: 1, events: 1 });
    });

    it('sent fifty times at once is one row and one event', async () => {
      const body = { ...ADA, _id: randomUUID() };
      const answers = await Promise.all(Array.from({ length: 50 }, () => post(body)));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([...Array<number>(49).fill(200), 201]);
      expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBe(1);
      expect(await counts()).toEqual({ submissions: 1, events: 1 });
      expect(await rows('select 1 from {schema}.consents')).toHaveLength(1);
    });

    it('is recognised by the header idempotency-key too', async () => {
      const first = await post(ADA, { 'idempotency-key': 'order 17' });
      const second = await post(ADA, { 'idempotency-key': 'order 17' });
      expect(second.json.submissionId).toBe(first.json.submissionId);
      expect(await counts()).toEqual({ submissions: 1, events: 1 });
    });

    it('without an id is one of its own each time', async () => {
      await post(ADA);
      await post(ADA);
      expect(await counts()).toEqual({ submissions: 2, events: 2 });
    });

    it('with a wrong field is refused by the field', async () => {
      const { status, json } = await post({ ...ADA, email: 'nobody' });
      expect(status).toBe(422);
      expect(json).toMatchObject({
        code: 'SUBMISSION_INVALID',
        fields: { email: 'Please enter a valid e-mail address.' },
        codes: { email: 'EMAIL_INVALID' },
      });
      expect(await counts()).toEqual({ submissions: 0, events: 0 });
    });

    it('keeps what was sent less control characters, and nothing that the form does not ask', async () => {
      const message = 'a\u0000b\u0007\u009f\ud800c\r\n\tdé🙂';
      await post({ ...ADA, message, lifecyclestage: 'customer', hs_lead_status: 'x', __proto__: { a: 1 } });
      const [stored] = await submissions();
      expect(stored?.raw).toEqual({ ...ADA, message: 'ab\ufffdc\r\n\tdé🙂' });
      expect(JSON.stringify(await events())).not.toContain('lifecyclestage');
    });

    it.each(['/api/contact', '/api/demo-request', '/api/forms/demo-request', '/api/forms/demo_request'])(
      'can be posted to %s',
      async (path) => {
        expect((await post(ADA, {}, path)).status).toBe(201);
      },
    );

    it('whose form has the name of another route is posted under forms only', async () => {
      expect((await post(ADA, {}, '/api/forms/events')).status).toBe(201);
      expect((await post(ADA, {}, '/api/events')).status).toBe(405);
    });

    it('of a form that is not there is refused with the nearest name', async () => {
      const { status, json } = await post(ADA, {}, '/api/forms/contacts');
      expect({ status, code: json.code }).toEqual({ status: 404, code: 'FORM_UNKNOWN' });
      expect(json.message).toContain('Did you mean contact?');
    });
  });

  describe('its status', () => {
    it('is told to whoever has the token, and to nobody else', async () => {
      const { json } = await post(ADA);
      expect((await ask('GET', json.statusUrl)).json).toEqual({
        submissionId: json.submissionId,
        status: 'received',
      });
      const [path] = json.statusUrl.split('?');
      for (const wrong of [
        path,
        `${path}?token=`,
        `${path}?token=${'A'.repeat(43)}`,
        `/api/submissions/${randomUUID()}?token=x`,
        '/api/submissions/x?token=x',
      ])
        expect((await ask('GET', wrong)).status).toBe(404);
    });

    it('carries the ids once it is delivered, and so does an answer that waits', async () => {
      const { json } = await post({ ...ADA, _id: randomUUID() });
      await db().query(
        `update {schema}.outbox_events set state = 'dead', processed_at = clock_timestamp(), last_error_code = 'X'`,
      );
      expect((await ask('GET', json.statusUrl)).json).toMatchObject({ status: 'held' });
      const started = performance.now();
      const waited = await post({ ...ADA, _id: randomUUID() }, { prefer: 'wait=1' });
      expect(waited.json).toMatchObject({ status: 'received' });
      expect(performance.now() - started).toBeGreaterThan(900);
    });
  });

  describe('suspects', () => {
    it('are answered as everybody, and wait for a person without an event', async () => {
      const answer = await post({ ...ADA, _website: 'https://spam.example' });
      expect(answer.status).toBe(201);
      expect(Object.keys(answer.json).sort()).toEqual(Object.keys((await post(ADA)).json).sort());
      expect((await ask('GET', answer.json.statusUrl)).json).toMatchObject({ status: 'received' });
      expect(await submissions()).toMatchObject([
        { state: 'quarantined', score: 100, reasons: ['honeypot', 'token_absent'], event_id: null },
        { state: 'accepted' },
      ]);
      expect(await events()).toHaveLength(1);
    });

    it('are released once, with the event that they would have had', async () => {
      const { json } = await post({ ...ADA, _website: 'x', _page: { url: 'https://www.example.com/' } });
      const path = `/submissions/${json.submissionId}`;
      const [first, second] = await Promise.all([
        keyed('POST', `${path}/release`),
        keyed('POST', `${path}/release`),
      ]);
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(first.json).toEqual(second.json);
      const [event] = await events();
      expect(event).toMatchObject({
        type: 'form.contact',
        priority: 1,
        payload: {
          submissionId: json.submissionId,
          values: { email: 'ada@example.com' },
          page: { url: 'https://www.example.com/' },
        },
      });
      expect(await counts()).toEqual({ submissions: 1, events: 1 });
      expect((await keyed('GET', path)).json).toMatchObject({
        state: 'released',
        releasedBy: 'key tests',
        eventId: first.json.eventId,
      });
      // The visitor's retry after that is still the same submission.
      expect((await post({ ...ADA, _website: 'x', _id: json.submissionId })).status).toBe(200);
      expect(await counts()).toEqual({ submissions: 1, events: 1 });
    });

    it('that were never held are not released', async () => {
      const { json } = await post(ADA);
      const { status, json: problem } = await keyed('POST', `/submissions/${json.submissionId}/release`);
      expect({ status, code: problem.code }).toEqual({ status: 409, code: 'SUBMISSION_NOT_HELD' });
    });

    it('are deleted with their consents', async () => {
      const { json } = await post({ ...ADA, _website: 'x' });
      expect((await keyed('DELETE', `/submissions/${json.submissionId}`)).status).toBe(200);
      expect((await keyed('DELETE', `/submissions/${json.submissionId}`)).status).toBe(404);
      expect(await rows('select 1 from {schema}.consents')).toEqual([]);
      expect(await counts()).toEqual({ submissions: 0, events: 0 });
    });

    it('are those who send a form faster than a person can', async () => {
      const other = await startOther({ minFillMs: 60_000 });
      const { json } = await ask('GET', '/api/forms/contact', { url: other.url });
      await ask('POST', '/api/contact', { url: other.url, body: { ...ADA, _token: json.token } });
      expect(await submissions()).toMatchObject([{ state: 'quarantined', reasons: ['too_fast'] }]);
    });

    it('are those whose token is of another form', async () => {
      const { json } = await ask('GET', '/api/forms/demo_request');
      await post({ ...ADA, _token: json.token });
      await post({ ...ADA, _token: json.token }, {}, '/api/demo-request');
      expect(await submissions()).toMatchObject([
        { form: 'contact', reasons: ['token_invalid'] },
        { form: 'demo_request', reasons: [], score: 0 },
      ]);
    });

    it('are those that a page of a foreign origin sends', async () => {
      await post(ADA, { origin: 'https://evil.example' });
      expect(await submissions()).toMatchObject([
        { state: 'quarantined', reasons: ['origin', 'token_absent'] },
      ]);
    });

    it('are those whose event the outbox refuses', async () => {
      await db().query(
        `create function {schema}.refuse_event() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
         create trigger refuse before insert on {schema}.outbox_events for each row execute function {schema}.refuse_event()`,
      );
      onTestFinished(async () => {
        await db().query('drop function {schema}.refuse_event cascade');
      });
      expect((await post(ADA)).status).toBe(201);
      expect(await submissions()).toMatchObject([
        { state: 'quarantined', reasons: ['token_absent', 'event_refused: OUTBOX_REJECTED'] },
      ]);
    });
  });

  describe('the list', () => {
    it('is read in pages, by state, form and address', async () => {
      for (const form of ['contact', 'contact', 'demo_request']) await post(ADA, {}, `/api/forms/${form}`);
      await post({ ...ADA, email: 'bob@example.com', _website: 'x' });
      const first = await keyed('GET', '/submissions?limit=3');
      expect(first.json.submissions).toHaveLength(3);
      const second = await keyed('GET', `/submissions?limit=3&after=${first.json.nextCursor}`);
      expect(second.json.submissions).toHaveLength(1);
      expect(second.json.nextCursor).toBeNull();
      const found = async (query: string) =>
        (await keyed('GET', `/submissions?${query}`)).json.submissions.length;
      expect(await found('state=quarantined')).toBe(1);
      expect(await found('form=demo_request')).toBe(1);
      expect(await found('email=ADA@example.com')).toBe(3);
    });

    it.each([
      ['GET', '/submissions'],
      ['GET', `/submissions/${randomUUID()}`],
      ['POST', `/submissions/${randomUUID()}/release`],
      ['DELETE', `/submissions/${randomUUID()}`],
      ['GET', '/consents?email=ada@example.com'],
    ])('needs a key: %s %s', async (method, path) => {
      expect((await ask(method, path)).status).toBe(401);
    });

    it('needs the scope to change something', async () => {
      const made = await createApiKey(db(), { name: 'reader', scopes: ['submissions:read'] });
      const headers = { authorization: `Bearer ${made.key}` };
      expect((await ask('DELETE', `/submissions/${randomUUID()}`, { headers })).status).toBe(403);
      expect((await ask('GET', '/submissions', { headers })).status).toBe(200);
    });
  });

  it('consents are exported as a proof, and outlive the submission that retention purges', async () => {
    await post({ ...ADA, _page: { url: 'https://www.example.com/' } });
    await post({ email: 'ada@example.com' });
    await db().query(`update {schema}.submissions set received_at = received_at - interval '40 days'`);
    expect(await purgeSubmissions(db(), 41)).toBe(0);
    expect(await purgeSubmissions(db(), 30)).toBe(2);
    const { text } = await keyed('GET', '/consents?email=Ada@example.com');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      {
        email: 'ada@example.com',
        given: true,
        text: 'I want news.',
        version: '1',
        language: 'en',
        source: 'https://www.example.com/',
      },
      { given: false },
    ]);
    const csv = await keyed('GET', '/consents?email=ada@example.com&format=csv');
    expect(csv.text.split('\r\n')[1]).toContain(
      ',true,false,newsletter,Newsletter,I want news.,1,en,contact,',
    );
  });
  it('a form is described with a token, for a minute', async () => {
    const { json, headers } = await ask('GET', '/api/forms/contact?language=de-AT');
    expect(json).toMatchObject({
      form: 'contact',
      language: 'de',
      honeypot: '_website',
      challenge: null,
      token: expect.stringMatching(/^[0-9a-z]+\.[\w-]{43}$/),
    });
    expect(headers.get('cache-control')).toBe('private, max-age=60');
  });

  it('the document names every form with its fields', async () => {
    const { json } = await ask('GET', '/openapi.json');
    const { schema } = json.paths['/api/demo-request'].post.requestBody.content['application/json'];
    expect(schema).toMatchObject({
      required: ['email'],
      properties: { email: { format: 'email' }, message: { maxLength: 10_000 } },
    });
    expect(json.paths['/api/events'].post).toBeUndefined();
  });
});
