import { afterEach, describe, expect, it, vi } from 'vitest';
import { createForms, type FormsOptions } from './create-forms.ts';
import type { FormChallenge } from './form-descriptor.ts';
import { hexOf } from './submission-id.ts';

const DESCRIPTOR = {
  form: 'contact',
  title: 'Contact',
  language: 'en',
  token: 't',
  fields: [],
  messages: {},
};
const TURNSTILE = { kind: 'turnstile', siteKey: 'k' };
const ALTCHA = { kind: 'altcha', url: '/api/forms/contact/challenge' };
const ADA = { email: 'ada@example.com' };
const SALT = 'salt&';
const NUMBER = 777;
const HASH = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${SALT}${NUMBER}`));
const ASKED = {
  algorithm: 'SHA-256',
  challenge: hexOf(new Uint8Array(HASH)),
  salt: SALT,
  signature: 'signed',
  maxnumber: 1_000,
};

/** A server whose form has a challenge, and that gives the scripted statuses to posts, then 201. */
function setup(
  challenge: FormChallenge,
  solveChallenge?: FormsOptions['solveChallenge'],
  statuses: number[] = [],
) {
  const solutions: unknown[] = [];
  const call: typeof fetch = async (input, init) => {
    if (String(input) === 'https://example.com/crm/api/forms/contact/challenge') return Response.json(ASKED);
    if (init?.method !== 'POST') return Response.json({ ...DESCRIPTOR, challenge });
    solutions.push(JSON.parse(String(init.body))._challenge);
    return Response.json({ submissionId: '1' }, { status: statuses.shift() ?? 201 });
  };
  const options = solveChallenge ? { solveChallenge } : {};
  return { solutions, forms: createForms({ url: 'https://example.com/crm', fetch: call, ...options }) };
}

describe('a challenge', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is answered by the function of the page', async () => {
    const { forms, solutions } = setup(TURNSTILE, async ({ siteKey }) => `solved ${siteKey}`);
    await forms.submit('contact', ADA);
    expect(solutions).toEqual(['solved k']);
  });

  it.each<[string, FormsOptions['solveChallenge']]>([
    ['there is no function', undefined],
    ['the function has no answer to it', async () => undefined],
    ['the function rejects', () => Promise.reject(new Error('blocked'))],
    [
      'the function throws',
      () => {
        throw new Error('no turnstile here');
      },
    ],
  ])('goes without an answer where %s', async (_, solve) => {
    const { forms, solutions } = setup(TURNSTILE, solve);
    expect(await forms.submit('contact', ADA)).toMatchObject({ success: true });
    expect(solutions).toEqual([undefined]);
  });

  it('goes without an answer where the function never comes back, after a minute', async () => {
    vi.useFakeTimers();
    const { forms, solutions } = setup(TURNSTILE, () => new Promise(() => {}));
    const sending = forms.submit('contact', ADA);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(solutions).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await sending).toMatchObject({ success: true });
  });

  it.each<[string, FormsOptions['solveChallenge']]>([
    ['by itself', undefined],
    ['also where the function of the page leaves it out', async () => undefined],
  ])('of Spoke’s own kind is solved %s', async (_, solve) => {
    const { forms, solutions } = setup(ALTCHA, solve);
    await forms.submit('contact', ADA);
    expect(JSON.parse(atob(String(solutions[0])))).toEqual({ ...ASKED, number: NUMBER });
  });

  it('is answered once the network is back, and not while there is none', async () => {
    const target = new EventTarget();
    vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
    vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
    const asked: string[] = [];
    const { forms } = setup(TURNSTILE, async ({ kind }) => {
      asked.push(kind);
      return 'solved';
    });
    await forms.load('contact');
    vi.stubGlobal('navigator', { onLine: false });
    const waits = new Promise<string>((resolve) => {
      void forms.submit('contact', ADA, { onWaiting: resolve });
    });
    expect(await waits).toBe('offline');
    expect(asked).toEqual([]);
    vi.stubGlobal('navigator', { onLine: true });
    target.dispatchEvent(new Event('online'));
    expect(await forms.submit('contact', ADA)).toMatchObject({ success: true });
    expect(asked).toEqual(['turnstile']);
  });

  it('keeps its answer for the next try, and is answered anew when that would be too old', async () => {
    vi.useFakeTimers();
    let count = 0;
    const { forms, solutions } = setup(TURNSTILE, async () => {
      count += 1;
      return `solution ${count}`;
    }, [503, 503]);
    const sending = forms.submit('contact', ADA);
    await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(solutions).toEqual(['solution 1', 'solution 1']);
    vi.setSystemTime(Date.now() + 100_000);
    await vi.runAllTimersAsync();
    await sending;
    expect(solutions.at(-1)).toBe('solution 2');
  });
});
