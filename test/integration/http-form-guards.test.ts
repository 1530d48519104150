import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SpokeError } from '../../src/errors.ts';
import { databaseKinds } from '../support/database.ts';
import { ADA, formVisits, LISTED } from '../support/form-visits.ts';

describe.each(databaseKinds)('guards of forms over HTTP on %s', (kind) => {
  const { ask, post, submissions, counts, startOther, key, db } = formVisits(kind);

  describe('limits', () => {
    const limits = { perAddress: { count: 3, seconds: 600 } };

    it('are shared by all processes, and a repeat takes nothing', async () => {
      const [one, two] = [await startOther({ limits }), await startOther({ limits })];
      const first = { ...ADA, _id: randomUUID() };
      const statuses: number[] = [];
      for (const [n, { url }] of [one, two, one, two, one].entries())
        statuses.push((await ask('POST', '/api/contact', { url, body: n === 0 ? first : ADA })).status);
      expect(statuses).toEqual([201, 201, 201, 429, 429]);
      expect((await ask('POST', '/api/contact', { url: two.url, body: first })).status).toBe(200);
    });

    it('say when to come again', async () => {
      const { url } = await startOther({ limits: { perAddress: { count: 1, seconds: 600 } } });
      await ask('POST', '/api/contact', { url, body: ADA });
      const { status, json, headers } = await ask('POST', '/api/contact', { url, body: ADA });
      expect({ status, code: json.code }).toEqual({ status: 429, code: 'SUBMISSION_RATE' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(590);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(600);
    });

    it('count by the address that trusted proxies saw', async () => {
      const { url } = await startOther({
        limits: { perAddress: { count: 1, seconds: 600 } },
        proxies: ['127.0.0.1'],
      });
      const from = async (address: string) =>
        (
          await ask('POST', '/api/contact', {
            url,
            body: ADA,
            headers: { 'x-forwarded-for': `6.6.6.6, ${address}` },
          })
        ).status;
      expect([await from('203.0.113.1'), await from('203.0.113.2'), await from('203.0.113.1')]).toEqual([
        201, 201, 429,
      ]);
    });

    it('cannot be dodged by a header when no proxy is trusted', async () => {
      const { url } = await startOther({ limits: { perAddress: { count: 1, seconds: 600 } } });
      const statuses = [];
      for (const address of ['203.0.113.1', '203.0.113.2'])
        statuses.push(
          (await ask('POST', '/api/contact', { url, body: ADA, headers: { 'x-forwarded-for': address } }))
            .status,
        );
      expect(statuses).toEqual([201, 429]);
    });

    it('count by e-mail address and by form', async () => {
      const { url } = await startOther({
        limits: {
          perAddress: { count: 100, seconds: 60 },
          perEmail: { count: 2, seconds: 600 },
          perForm: { count: 4, seconds: 600 },
        },
      });
      const statuses = [];
      for (const email of [
        'a@example.com',
        'A@example.com',
        'a@example.com',
        'b@example.com',
        'c@example.com',
        'd@example.com',
      ])
        statuses.push((await ask('POST', '/api/contact', { url, body: { email } })).status);
      expect(statuses).toEqual([201, 201, 429, 201, 201, 429]);
      expect((await ask('POST', '/api/demo-request', { url, body: { email: 'd@example.com' } })).status).toBe(
        201,
      );
    });
  });

  describe('a challenge made here', () => {
    async function solve() {
      const { json } = await ask('GET', '/api/forms/guarded/challenge');
      let number = 0;
      while (createHash('sha256').update(`${json.salt}${number}`).digest('hex') !== json.challenge)
        number += 1;
      return Buffer.from(JSON.stringify({ ...json, number })).toString('base64');
    }
    const send = (challenge: string) => post({ ...ADA, _challenge: challenge }, {}, '/api/forms/guarded');

    it('is named by the form, and its solution is taken once', async () => {
      expect((await ask('GET', '/api/forms/guarded')).json.challenge).toEqual({
        kind: 'altcha',
        url: '/api/forms/guarded/challenge',
      });
      const solution = await solve();
      await send(solution);
      await send(solution);
      expect(await submissions()).toMatchObject([
        { state: 'accepted', reasons: ['token_absent'] },
        { state: 'quarantined', reasons: ['token_absent', 'challenge_reused'] },
      ]);
    });

    it('sent along twice by a retry of the same submission is no reuse', async () => {
      const body = { ...ADA, _id: randomUUID(), _challenge: await solve() };
      await post(body, {}, '/api/forms/guarded');
      expect((await post(body, {}, '/api/forms/guarded')).status).toBe(200);
      expect(await submissions()).toMatchObject([{ state: 'accepted' }]);
    });

    it('left out or wrong puts the submission into quarantine', async () => {
      await send('');
      await send('wrong');
      expect(await submissions()).toMatchObject([
        { state: 'quarantined', reasons: ['challenge_absent', 'token_absent'] },
        { state: 'quarantined', reasons: ['challenge_failed', 'token_absent'] },
      ]);
    });

    it('is not there for a form without one', async () => {
      expect((await ask('GET', '/api/forms/contact/challenge')).status).toBe(404);
    });
  });

  describe('a vendor', () => {
    it('that does not answer stops nobody', async () => {
      const challenges = {
        own: { kind: 'turnstile', secret: 'TURNSTILE_SECRET', url: 'http://127.0.0.1:1/', siteKey: 'k' },
      } as const;
      const { url } = await startOther({ challenges });
      expect((await ask('GET', '/api/forms/guarded', { url })).json.challenge).toEqual({
        kind: 'turnstile',
        siteKey: 'k',
      });
      expect(
        (await ask('POST', '/api/forms/guarded', { url, body: { ...ADA, _challenge: 'token' } })).status,
      ).toBe(201);
      expect(await submissions()).toMatchObject([
        { state: 'accepted', reasons: ['challenge_unavailable', 'token_absent'] },
      ]);
    });
  });

  describe('pages of other origins', () => {
    it.each([
      [LISTED, LISTED],
      ['https://evil.example', null],
      ['https://www.example.com.evil.example', null],
    ])('%s may read: %s', async (origin, expected) => {
      for (const [method, path] of [
        ['GET', '/api/forms/contact'],
        ['POST', '/api/contact'],
        ['GET', '/api/forms/nothing'],
      ] as const) {
        const { headers } = await ask(method, path, {
          headers: { origin },
          ...(method === 'POST' ? { body: { email: 'x' } } : {}),
        });
        expect(headers.get('access-control-allow-origin')).toBe(expected);
        expect(headers.get('vary')).toContain('origin');
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
      const preflight = await ask('OPTIONS', '/api/contact', {
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-origin')).toBe(expected);
      expect(preflight.headers.get('access-control-allow-methods')).toBe(expected && 'GET, POST, PUT');
    });

    it('also read why a body was too large', async () => {
      const { status, headers } = await post({ ...ADA, message: 'x'.repeat(300_000) }, { origin: LISTED });
      expect({ status, allowed: headers.get('access-control-allow-origin') }).toEqual({
        status: 413,
        allowed: LISTED,
      });
    });

    it('get nothing of the routes with keys', async () => {
      const { headers } = await ask('GET', '/submissions', {
        headers: { origin: LISTED, authorization: `Bearer ${key()}` },
      });
      expect(headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  describe('a form without script', () => {
    const HTML = { accept: 'text/html,application/xhtml+xml' };
    const fields = new URLSearchParams({ email: 'ada@example.com', message: 'Hi', newsletter: 'on' });
    const withNext = (next: string) => new URLSearchParams([...fields, ['_next', next]]);

    it('is thanked on a page that runs no script', async () => {
      const { status, text, headers } = await post(fields, HTML);
      expect(status).toBe(200);
      expect(text).toContain('Contact &lt;us&gt;');
      expect(text).toContain('Thank you.');
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
      expect(await counts()).toEqual({ submissions: 1, events: 1 });
    });

    it.each([
      [`${LISTED}/thanks`, 303, `${LISTED}/thanks`],
      ['/thanks', 303, '/thanks'],
      ['https://evil.example/', 200, null],
      ['//evil.example', 200, null],
      ['/..//evil.example', 200, null],
    ])('goes on to %s: %i', async (next, status, location) => {
      const answer = await post(withNext(next), HTML);
      expect({ status: answer.status, location: answer.headers.get('location') }).toEqual({
        status,
        location,
      });
    });

    it('sent twice by a double click is one submission', async () => {
      await Promise.all([post(fields, HTML), post(fields, HTML)]);
      expect(await counts()).toEqual({ submissions: 1, events: 1 });
    });

    it('is told what to correct, with nothing of it run', async () => {
      const attack = '"><script>alert(1)</script>';
      const { status, text } = await post(new URLSearchParams({ email: attack, [attack]: attack }), {
        ...HTML,
        referer: `http://x/${attack}`,
        'accept-language': 'de',
      });
      expect(status).toBe(422);
      expect(text).toContain('<strong>E-mail</strong>: Bitte geben Sie eine gültige');
      expect(text).toContain('>Zurück</a>');
      expect(text).not.toContain('<script');
    });

    it('is told so when the database is away, in words', async () => {
      const away = new SpokeError('DATABASE_UNREACHABLE', 'The database at 10.0.0.7 is not reached.');
      const { url } = await startOther({}, { ...db(), query: () => Promise.reject(away) });
      const { status, text } = await ask('POST', '/api/contact', { url, body: fields, headers: HTML });
      expect(status).toBe(503);
      expect(text).toContain('This could not be sent.');
      expect(text).not.toContain('10.0.0.7');
    });

    it('may be multipart without files', async () => {
      const form = new FormData();
      for (const [name, value] of fields) form.append(name, value);
      form.append('file', new Blob([]), '');
      expect((await post(form, HTML)).status).toBe(200);
      form.append('file', new Blob(['x']), 'x.csv');
      expect((await post(form, HTML)).status).toBe(415);
    });

    it('answers a program in JSON', async () => {
      const { status, json } = await post(fields);
      expect({ status, success: json.success }).toEqual({ status: 201, success: true });
    });
  });
});
