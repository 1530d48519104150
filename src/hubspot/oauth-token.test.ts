import { afterEach, describe, expect, it } from 'vitest';
import { type FormAnswer, startFormServer } from '../../test/support/form-server.ts';
import type { Clock } from '../clock.ts';
import { createLogger } from '../log.ts';
import { type OAuthTokenOptions, type RefreshTokenStore, tokenFromOAuth } from './oauth-token.ts';

const LIFE_MS = 1_800_000;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** HubSpot's token endpoint, with a script: by default each refresh token gives `access-1`, `access-2`, … */
async function setup(options: Partial<OAuthTokenOptions> = {}) {
  const asked: string[] = [];
  let answer = (refreshToken: string): FormAnswer | Promise<FormAnswer> => granted(refreshToken);
  const granted = (refreshToken: string): FormAnswer => ({
    status: 200,
    body: { access_token: `access-${asked.length}`, refresh_token: refreshToken, expires_in: LIFE_MS / 1000 },
  });
  const server = await startFormServer(({ form }) => {
    asked.push(form.refresh_token ?? '');
    return answer(form.refresh_token ?? '');
  });
  closers.push(() => server.close());
  let lines = '';
  const write = (line: string) => {
    lines += line;
  };
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, sleep: async () => undefined };
  const source = tokenFromOAuth({
    clientId: 'app-1',
    clientSecret: 'secret-canary',
    refreshToken: 'refresh-canary',
    baseUrl: server.url,
    log: createLogger({ level: 'debug', destination: { write } }),
    clock,
    random: () => 0,
    ...options,
  });
  return {
    source,
    asked,
    granted,
    answering: (script: typeof answer) => {
      answer = script;
    },
    advance: (ms: number) => {
      now += ms;
    },
    logged: () => lines,
  };
}

function memoryStore(stored?: string): RefreshTokenStore & { value: string | undefined; saves: number } {
  const store = {
    value: stored,
    saves: 0,
    load: async () => store.value,
    save: async (refreshToken: string) => {
      store.value = refreshToken;
      store.saves += 1;
    },
  };
  return store;
}

const REFUSED: FormAnswer = { status: 400, body: { error: 'invalid_grant', status: 'BAD_REFRESH_TOKEN' } };

describe('an access token from OAuth', () => {
  it('is fetched once for many callers, and then kept', async () => {
    const { source, asked, advance } = await setup();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => source.current()));
    expect(new Set(tokens)).toEqual(new Set(['access-1']));
    advance(LIFE_MS * 0.89);
    expect(await source.current()).toBe('access-1');
    expect(asked).toEqual(['refresh-canary']);
  });

  it('is renewed ahead of its end, while callers go on with the one that still serves', async () => {
    const { source, asked, granted, answering, advance } = await setup();
    await source.current();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    answering(async (refreshToken) => {
      await held;
      return granted(refreshToken);
    });
    advance(LIFE_MS * 0.9);
    for (let call = 0; call < 20; call += 1) expect(await source.current()).toBe('access-1');
    release();
    await expect.poll(() => source.current()).toBe('access-2');
    expect(asked).toHaveLength(2);
  });

  it('is renewed earlier by chance, so that processes do not all do it at once', async () => {
    const { source, asked, advance } = await setup({ random: () => 0.999 });
    await source.current();
    advance(LIFE_MS * 0.81);
    await source.current();
    await expect.poll(() => asked.length).toBe(2);
  });

  it('is waited for once its end has come', async () => {
    const { source, advance } = await setup();
    await source.current();
    advance(LIFE_MS);
    const tokens = await Promise.all(Array.from({ length: 10 }, () => source.current()));
    expect(new Set(tokens)).toEqual(new Set(['access-2']));
  });

  it('is renewed once for all who saw it refused', async () => {
    const { source, asked } = await setup();
    const rejected = await source.current();
    const renewed = await Promise.all(Array.from({ length: 20 }, () => source.refresh(rejected)));
    expect(new Set(renewed)).toEqual(new Set(['access-2']));
    expect(asked).toHaveLength(2);
  });
});

describe('a renewal that fails', () => {
  it('ahead of the end leaves the token in use, and is not tried again at once', async () => {
    const { source, asked, answering, advance, logged } = await setup();
    await source.current();
    answering(() => ({ status: 503 }));
    advance(LIFE_MS * 0.9);
    await source.current();
    await expect.poll(logged).toContain('HUBSPOT_UNREACHABLE');
    advance(29_000);
    expect(await source.current()).toBe('access-1');
    expect(asked).toHaveLength(2);
    advance(2000);
    await source.current();
    await expect.poll(() => asked.length).toBe(3);
  });

  it('is told to every caller, and asked for again only after a second', async () => {
    const { source, asked, granted, answering, advance } = await setup();
    answering(() => ({ status: 503 }));
    for (let call = 0; call < 5; call += 1)
      await expect(source.current()).rejects.toMatchObject({ code: 'HUBSPOT_UNREACHABLE' });
    expect(asked).toHaveLength(1);
    answering(granted);
    advance(1001);
    expect(await source.current()).toBe('access-2');
  });

  it('never gives a token whose end has come', async () => {
    const { source, answering, advance } = await setup();
    await source.current();
    answering(() => ({ status: 503 }));
    advance(LIFE_MS);
    for (let call = 0; call < 3; call += 1)
      await expect(source.current()).rejects.toMatchObject({ code: 'HUBSPOT_UNREACHABLE' });
  });
});

describe('a refresh token', () => {
  it('that HubSpot refuses is not sent again', async () => {
    const { source, asked, answering, advance } = await setup();
    answering(() => REFUSED);
    for (let call = 0; call < 5; call += 1) {
      await expect(source.current()).rejects.toMatchObject({
        code: 'OAUTH_DISCONNECTED',
        message: expect.stringContaining('authorised again'),
      });
      advance(60_000);
    }
    expect(asked).toEqual(['refresh-canary']);
  });

  it('that is refused after the access token was ends the use of both', async () => {
    const { source, asked, answering, advance } = await setup({ store: memoryStore('stored') });
    const rejected = await source.current();
    answering(() => REFUSED);
    await expect(source.refresh(rejected)).rejects.toMatchObject({ code: 'OAUTH_DISCONNECTED' });
    for (let call = 0; call < 3; call += 1) {
      await expect(source.current()).rejects.toMatchObject({ code: 'OAUTH_DISCONNECTED' });
      advance(5000);
    }
    expect(asked).toEqual(['stored', 'stored', 'refresh-canary']);
  });

  it('is taken from the store before the configured one, and anew after it was refused', async () => {
    const store = memoryStore('stored');
    const { source, asked, answering, granted, advance } = await setup({ store });
    answering((refreshToken) => (refreshToken === 'new' ? granted(refreshToken) : REFUSED));
    await expect(source.current()).rejects.toMatchObject({ code: 'OAUTH_DISCONNECTED' });
    expect(asked).toEqual(['stored', 'refresh-canary']);
    store.value = 'new';
    advance(2000);
    expect(await source.current()).toBe('access-3');
  });

  it('that another process has replaced is found in the store in the same call', async () => {
    const store = memoryStore('old');
    const { source, answering, granted } = await setup({ store });
    answering((refreshToken) => {
      if (refreshToken === 'newer') return granted(refreshToken);
      store.value = 'newer';
      return REFUSED;
    });
    expect(await source.current()).toMatch(/^access-/);
  });

  it('that HubSpot replaces is stored and used from then on; the same one is not stored again', async () => {
    const store = memoryStore();
    const { source, asked, answering, advance } = await setup({ store });
    answering(() => ({ status: 200, body: { access_token: `a${asked.length}`, refresh_token: 'rotated' } }));
    await source.current();
    advance(LIFE_MS);
    await source.current();
    expect(asked).toEqual(['refresh-canary', 'rotated']);
    expect(store).toMatchObject({ value: 'rotated', saves: 1 });
  });

  it('that could not be stored is still used, and stored at the next renewal', async () => {
    const store = memoryStore('stored');
    const save = store.save;
    store.save = () => Promise.reject(new TypeError('refresh-canary'));
    const { source, asked, answering, advance, logged } = await setup({ store });
    answering(() => ({ status: 200, body: { access_token: `a${asked.length}`, refresh_token: 'rotated' } }));
    await source.current();
    expect(logged()).toContain('could not be stored');
    store.save = save;
    advance(LIFE_MS);
    await source.current();
    expect(asked).toEqual(['stored', 'rotated']);
    expect(store.value).toBe('rotated');
  });

  it('is missing where neither store nor configuration has one', async () => {
    const { source, asked } = await setup({ store: memoryStore(), refreshToken: '' });
    await expect(source.current()).rejects.toMatchObject({ code: 'OAUTH_DISCONNECTED' });
    expect(asked).toEqual([]);
  });

  it('store that raises is named by its error only, or done without', async () => {
    const load = () => Promise.reject(new TypeError('refresh-canary'));
    const store = { load, save: async () => undefined };
    const bare = await setup({ store, refreshToken: undefined });
    const error = await bare.source.current().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'OAUTH_STORE_FAILED', facts: { problem: 'TypeError' } });
    expect(String(error)).not.toContain('canary');
    const configured = await setup({ store });
    expect(await configured.source.current()).toBe('access-1');
    expect(configured.logged()).toContain('could not be read');
  });
});

it('no log line holds a secret, whatever happens', async () => {
  const store = memoryStore('stored-canary');
  store.save = () => Promise.reject(new Error('stored-canary'));
  const { source, answering, granted, advance, logged } = await setup({ store });
  const body = { status: 'BAD_REFRESH_TOKEN', message: 'refresh-canary secret-canary' };
  const scripts: (() => FormAnswer)[] = [
    () => granted('rotated-canary'),
    () => ({ status: 400, body }),
    () => ({ status: 503, body: '<html>canary' }),
    () => ({ status: 400, body: { status: 'BAD_CLIENT_SECRET', message: 'secret-canary' } }),
  ];
  for (const script of scripts) {
    answering(script);
    await source.current().catch(() => undefined);
    advance(LIFE_MS);
  }
  expect(logged()).toContain('hubspot call');
  expect(logged()).not.toContain('canary');
});
