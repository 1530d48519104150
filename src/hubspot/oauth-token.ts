import { type Clock, systemClock } from '../clock.ts';
import { SpokeError } from '../errors.ts';
import { noLog } from './no-log.ts';
import { createOAuthApp, disconnected, type OAuthAppOptions } from './oauth.ts';
import { rereadable, type TokenSource } from './token.ts';

/** Share of a token's life that is left when it is renewed: from 10 to 20 %, so that processes do not renew all at once. */
const LEAD_SHARE = 0.1;
/** After a renewal ahead of time has failed, the next; the old token still serves. */
const RETRY_AHEAD_MS = 30_000;
/** Callers within this time after a failed renewal get its error instead of a renewal of their own. */
const FAILURE_HOLD_MS = 1000;
/** Stored, last known and configured. */
const MAX_CANDIDATES = 3;

/** Where an application keeps the refresh token of an installation; encrypt it there. */
export interface RefreshTokenStore {
  /** The refresh token, or undefined when there is none yet. */
  load(): Promise<string | undefined>;
  save(refreshToken: string): Promise<void>;
}

export interface OAuthTokenOptions extends OAuthAppOptions {
  /** The one to begin with; what the store holds goes before it. */
  readonly refreshToken?: string;
  /** Without it a changed refresh token lives as long as the process. */
  readonly store?: RefreshTokenStore;
  readonly clock?: Clock;
  /** From 0 to below 1; default Math.random. */
  readonly random?: () => number;
}

/**
 * The access token of an OAuth installation, renewed by one call however many ask for it.
 *
 * States: none (the first caller fetches it, the others wait) -> fresh -> due (one renewal in the background, callers get
 * the token that still serves) -> fresh, or expired when it failed (callers wait for a renewal). Disconnected, entered when
 * HubSpot refuses the refresh token: every caller gets OAUTH_DISCONNECTED and HubSpot is asked no more, until the store
 * holds another one.
 *
 * Raises OAUTH_DISCONNECTED, OAUTH_REFUSED, OAUTH_STORE_FAILED, and the errors of expectBody.
 */
export function tokenFromOAuth(options: OAuthTokenOptions): TokenSource {
  const { store, log = noLog, clock = systemClock, random = Math.random } = options;
  const app = createOAuthApp(options);
  const refused = new Set<string>();
  let known = options.refreshToken;
  let unsaved = false;
  let renewAt = Number.POSITIVE_INFINITY;
  let expiresAt = Number.POSITIVE_INFINITY;
  let failure: { readonly error: unknown; readonly at: number } | undefined;

  const source = rereadable(async () => {
    throwFreshFailure();
    const askedAt = clock.monotonic();
    try {
      const grant = await renewed();
      expiresAt = askedAt + grant.expiresInMs;
      renewAt = expiresAt - grant.expiresInMs * LEAD_SHARE * (1 + random());
      failure = undefined;
      return grant.accessToken;
    } catch (error) {
      failure = { error, at: clock.monotonic() };
      // HubSpot takes the access token of an uninstalled app no longer either.
      if (isDisconnected(error)) renewAt = expiresAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }, clock);

  async function renewed() {
    for (let tries = 0; tries < MAX_CANDIDATES; tries += 1) {
      const refreshToken = (await candidates()).find((each) => !refused.has(each));
      if (refreshToken === undefined) break;
      try {
        const grant = await app.refresh(refreshToken);
        unsaved ||= grant.refreshToken !== refreshToken;
        known = grant.refreshToken;
        if (unsaved) await save(known);
        return grant;
      } catch (error) {
        if (!isDisconnected(error)) throw error;
        refused.add(refreshToken);
      }
    }
    throw disconnected();
  }

  /** Another process may have been given a new refresh token and have stored it; one that could not be stored goes first. */
  async function candidates(): Promise<string[]> {
    const stored = await loaded();
    const order = unsaved ? [known, stored] : [stored, known];
    return [...order, options.refreshToken].flatMap((each) => each || []);
  }

  async function loaded(): Promise<string | undefined> {
    try {
      return (await store?.load())?.trim();
    } catch (error) {
      const problem = error instanceof Error ? error.name : typeof error;
      if (known === undefined)
        throw new SpokeError(
          'OAUTH_STORE_FAILED',
          `The store of the refresh token raised ${problem}; look into it.`,
          {
            facts: { problem },
          },
        );
      log.warn(
        { problem },
        'the store of the hubspot refresh token could not be read; the last one known is used',
      );
      return undefined;
    }
  }

  async function save(refreshToken: string): Promise<void> {
    try {
      await store?.save(refreshToken);
      unsaved = false;
    } catch (error) {
      const problem = error instanceof Error ? error.name : typeof error;
      log.error(
        { problem },
        'the new hubspot refresh token could not be stored; tried again at the next renewal',
      );
    }
  }

  function throwFreshFailure(): void {
    if (failure && clock.monotonic() - failure.at < FAILURE_HOLD_MS) throw failure.error;
  }

  function renewAhead(token: string, now: number): void {
    // Until this one has ended, nobody begins another.
    renewAt = now + RETRY_AHEAD_MS;
    source.refresh(token).catch((error: unknown) => {
      const code = error instanceof SpokeError ? error.code : undefined;
      log.warn({ code }, 'the hubspot access token could not be renewed ahead of its end');
    });
  }

  return {
    async current() {
      const token = await source.current();
      const now = clock.monotonic();
      if (now < renewAt) return token;
      if (now < expiresAt) {
        renewAhead(token, now);
        return token;
      }
      throwFreshFailure();
      return source.refresh(token);
    },
    refresh: (rejected) => source.refresh(rejected),
  };
}

function isDisconnected(error: unknown): boolean {
  return error instanceof SpokeError && error.code === 'OAUTH_DISCONNECTED';
}
