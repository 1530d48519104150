import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createForms, type FormsOptions } from './create-forms.ts';
import type { FormDescriptor } from './form-descriptor.ts';

const DESCRIPTOR: FormDescriptor = {
  form: 'contact',
  title: 'Contact',
  language: 'en',
  token: 'signed',
  fields: [
    { name: 'email', type: 'email', label: 'E-mail', required: true },
    { name: 'message', type: 'longtext', label: 'Message', max: 10 },
  ],
  honeypot: '_website',
  challenge: null,
  messages: { REQUIRED: '{label} is missing', TOO_LONG: 'at most {max}', INVALID: 'Look at the fields' },
  success: 'Thank you',
};
const ADA = { email: 'ada@example.com', message: 'Hello' };

type Answer = Response | Error | (() => Promise<Response>);

/** A server that gives the scripted answers to posts, then 201, and remembers what it was sent. */
function setup(script: readonly Answer[] = [], options: Partial<FormsOptions> = {}) {
  const answers = [...script];
  const posted: Record<string, unknown>[] = [];
  const requests: RequestInit[] = [];
  const asked: string[] = [];
  const call: typeof fetch = async (input, init) => {
    if (init?.method !== 'POST') {
      asked.push(String(input));
      return Response.json(DESCRIPTOR);
    }
    const body = JSON.parse(String(init.body));
    posted.push(body);
    requests.push(init);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    if (typeof answer === 'function') return answer();
    return answer ?? received(body._id);
  };
  const forms = createForms({ url: 'https://crm.example.com/', language: 'en', fetch: call, ...options });
  return { forms, posted, requests, asked };
}

/** Says that it was taken, and loses the connection within the text. */
const brokenOff = async () =>
  new Response(
    new ReadableStream({
      start(body) {
        body.enqueue(new TextEncoder().encode('{"success":true,'));
        body.error(new TypeError('terminated'));
      },
    }),
    { status: 201 },
  );

const received = (id: string) =>
  Response.json(
    {
      success: true,
      submissionId: id,
      status: 'received',
      message: 'Thank you',
      statusUrl: '/api/submissions/1?token=t',
    },
    { status: 201 },
  );

describe('a submission', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('carries the answers, its id, the token of the form and the time zone', async () => {
    const { forms, posted, asked } = setup();
    const result = await forms.submit('contact', ADA);
    expect(asked).toEqual(['https://crm.example.com/api/forms/contact?language=en']);
    expect(posted).toEqual([
      {
        ...ADA,
        _id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
        _token: 'signed',
        _language: 'en',
        _timeZone: expect.any(String),
      },
    ]);
    expect(result).toMatchObject({
      success: true,
      data: { submissionId: posted[0]?._id, statusUrl: 'https://crm.example.com/api/submissions/1?token=t' },
    });
  });

  it('is sent once when it is asked for twice at the same time', async () => {
    const { forms, posted } = setup();
    const [first, second] = await Promise.all([forms.submit('contact', ADA), forms.submit('contact', ADA)]);
    expect(posted).toHaveLength(1);
    expect(second).toBe(first);
  });

  it('has one id for equal answers in any order, and another for others', async () => {
    const { forms, posted } = setup();
    await forms.submit('contact', ADA);
    await forms.submit('contact', { message: ADA.message, email: ADA.email, phone: undefined });
    await forms.submit('contact', { ...ADA, message: 'Hello!' });
    await forms.submit('demo_request', ADA);
    const [first, again, changed, elsewhere] = posted.map(({ _id }) => _id);
    expect(again).toBe(first);
    expect(new Set([first, changed, elsewhere]).size).toBe(3);
  });

  it.each<[string, Answer]>([
    ['the reply is lost', new TypeError('Failed to fetch')],
    ['the reply breaks off half-way', brokenOff],
    ['the server is not there', new Response('', { status: 503 })],
    [
      'the server is not there until a day',
      new Response('', { status: 503, headers: { 'retry-after': 'Fri' } }),
    ],
    ['the line was too slow', new Response('', { status: 408 })],
    ['the server asks for a second', new Response('', { status: 429, headers: { 'retry-after': '1' } })],
  ])('is sent again under its id when %s', async (_, answer) => {
    const { forms, posted } = setup([answer]);
    const sending = forms.submit('contact', ADA);
    await vi.runAllTimersAsync();
    expect(await sending).toMatchObject({ success: true });
    expect(posted).toHaveLength(2);
    expect(posted[1]?._id).toBe(posted[0]?._id);
  });

  it('ends without an error after five tries, and keeps its id for the next', async () => {
    const { forms, posted } = setup(Array.from({ length: 5 }, () => new TypeError('Failed to fetch')));
    const sending = forms.submit('contact', ADA);
    await vi.runAllTimersAsync();
    expect(await sending).toMatchObject({ success: false, code: 'NOT_REACHED', errors: {} });
    expect(posted).toHaveLength(5);
    await forms.submit('contact', ADA);
    expect(new Set(posted.map(({ _id }) => _id)).size).toBe(1);
  });

  it('waits for the network while there is none', async () => {
    const target = new EventTarget();
    vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
    vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
    const { forms, posted } = setup();
    await forms.load('contact');
    vi.stubGlobal('navigator', { onLine: false });
    const waits: string[] = [];
    const sending = forms.submit('contact', ADA, { onWaiting: (why) => waits.push(why) });
    await vi.advanceTimersByTimeAsync(60_000);
    expect({ posted, waits }).toEqual({ posted: [], waits: ['offline'] });
    vi.stubGlobal('navigator', { onLine: true });
    target.dispatchEvent(new Event('online'));
    expect(await sending).toMatchObject({ success: true });
    expect(posted).toHaveLength(1);
  });

  it('is given up when it is told so', async () => {
    const giveUp = new AbortController();
    const { forms, posted } = setup([new TypeError('Failed to fetch')]);
    const sending = forms.submit('contact', ADA, { signal: giveUp.signal });
    await vi.advanceTimersByTimeAsync(100);
    giveUp.abort();
    expect(await sending).toMatchObject({ success: false, code: 'NOT_REACHED' });
    expect(posted).toHaveLength(1);
  });

  it('tells what the server found wrong, by field', async () => {
    const problem = {
      code: 'SUBMISSION_INVALID',
      message: 'Correct email.',
      fields: { email: 'No such address' },
    };
    const { forms, posted } = setup([Response.json(problem, { status: 422 })]);
    expect(await forms.submit('contact', ADA)).toEqual({
      success: false,
      code: 'SUBMISSION_INVALID',
      message: 'Look at the fields',
      errors: { email: 'No such address' },
    });
    expect(posted).toHaveLength(1);
  });

  it('becomes another one when the server has other answers under its id', async () => {
    const { forms, posted } = setup([
      Response.json({ code: 'SUBMISSION_CONFLICT', message: 'Other' }, { status: 422 }),
    ]);
    expect(await forms.submit('contact', ADA)).toMatchObject({ success: false, code: 'SUBMISSION_CONFLICT' });
    await forms.submit('contact', ADA);
    expect(posted[1]?._id).not.toBe(posted[0]?._id);
  });

  it('keeps its id and none of its answers for the pages after this one', async () => {
    const stored = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
      removeItem: (key: string) => stored.delete(key),
    });
    const before = setup();
    await before.forms.submit('contact', ADA);
    const after = setup();
    await after.forms.submit('contact', ADA);
    expect(after.posted[0]?._id).toBe(before.posted[0]?._id);
    expect([...stored].flat().join()).not.toMatch(/ada|hello/i);
  });

  it('is not posted when the form could not be loaded', async () => {
    const posts: unknown[] = [];
    const { forms } = setup([], {
      fetch: async (_, init) => {
        if (init?.method === 'POST') posts.push(init.body);
        return Response.json(
          { code: 'FORM_UNKNOWN', message: 'There is no form "kontact".' },
          { status: 404 },
        );
      },
    });
    expect(await forms.submit('kontact', ADA)).toMatchObject({ success: false, code: 'FORM_UNKNOWN' });
    expect(posts).toEqual([]);
  });

  it('waits for the records at HubSpot as long as it is told', async () => {
    const { forms, requests } = setup();
    await forms.submit('contact', ADA, { waitSeconds: 5 });
    expect(requests).toMatchObject([{ headers: { prefer: 'wait=5' } }]);
  });

  it.each([
    ['goes on', 'x'.repeat(50_000), true],
    ['does not, as browsers refuse so large a one', 'x'.repeat(70_000), false],
    ['does not where its characters are of several bytes', '\u6587'.repeat(30_000), false],
  ])('that is under way when the page is left %s', async (_, message, keepalive) => {
    const { forms, requests } = setup();
    await forms.submit('contact', { ...ADA, message });
    expect(requests).toMatchObject([{ keepalive }]);
  });

  it.each([429, 413])('is told at once and not repeated after %i', async (status) => {
    const { forms, posted } = setup([new Response('<html>', { status })]);
    expect(await forms.submit('contact', ADA)).toMatchObject({ success: false, code: `HTTP_${status}` });
    expect(posted).toHaveLength(1);
  });

  it('answers without an error when what answers is no Spoke', async () => {
    const { forms } = setup([new Response('<html>', { status: 200 })]);
    expect(await forms.submit('contact', ADA)).toMatchObject({ success: false, code: 'HTTP_200' });
  });
});

describe('a submission with validation', () => {
  it('is not sent when a field is wrong', async () => {
    const { forms, posted } = setup();
    expect(await forms.submitContactWithValidation({ message: 'more than ten' })).toMatchObject({
      success: false,
      code: 'SUBMISSION_INVALID',
      message: 'Look at the fields',
      errors: { email: 'E-mail is missing', message: 'at most 10' },
    });
    expect(posted).toEqual([]);
  });

  it('is sent to the form of its name', async () => {
    const { forms, asked } = setup();
    await forms.submitContactWithValidation(ADA);
    await forms.submitDemoRequestWithValidation(ADA);
    await forms.submitQuoteRequestWithValidation(ADA);
    expect(asked.map((url) => url.replace(/^.*forms\/|\?.*/g, ''))).toEqual([
      'contact',
      'demo_request',
      'quote_request',
    ]);
  });
});
