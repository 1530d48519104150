import { SpokeError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Exchange } from './exchange.ts';
import { factsOf, noAnswer, refusal, unexpected } from './expect.ts';
import { expectTaken } from './expect-taken.ts';
import { numberOf, own, textList, textOf } from './json.ts';
import { noLog } from './no-log.ts';
import type { CallOptions } from './records.ts';
import { servicePaths } from './service-paths.ts';
import { checkedToken } from './token.ts';
import { createTransport, HUBSPOT_URL, type TransportOptions } from './transport.ts';

const DEFAULT_ACCOUNT_URL = 'https://app.hubspot.com';
/** What HubSpot gives; used when an answer names no time. */
const DEFAULT_LIFE_S = 1800;
const MAX_LIFE_S = 86_400;

/** Reasons HubSpot names, each with what to do. */
const REFUSALS: Readonly<Record<string, string>> = {
  BAD_AUTH_CODE: 'the code is used up, too old or of another app; have the app authorised again',
  BAD_CLIENT_ID: 'it does not know the client id; correct it',
  BAD_CLIENT_SECRET: 'the client secret is wrong; correct it',
  BAD_REDIRECT_URI: 'the redirect address is not the one of the authorisation; use the very same',
  BAD_GRANT_TYPE: 'it does not take this kind of grant for this app',
  BAD_HUB: 'the portal does not let this app in; ask its administrator',
};

export interface OAuthAppOptions extends Omit<TransportOptions, 'token' | 'baseUrl' | 'log'> {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Default https://api.hubapi.com. */
  readonly baseUrl?: string;
  /** pino's calling convention. Default none. */
  readonly log?: Logger;
}

export interface AuthorizeRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** Asked for where the portal has them. */
  readonly optionalScopes?: readonly string[];
  /** Comes back unchanged: bind it to the browser's session, or anybody can connect their portal to your user. */
  readonly state?: string;
  /** Default https://app.hubspot.com; portals in the EU have https://app-eu1.hubspot.com. */
  readonly accountUrl?: string;
}

export interface OAuthGrant {
  readonly accessToken: string;
  /** May differ from the one that was used: store it each time. */
  readonly refreshToken: string;
  readonly expiresInMs: number;
  readonly portalId?: string;
  readonly scopes: readonly string[];
}

/** What HubSpot knows about an OAuth token. */
export interface OAuthTokenState {
  readonly active: boolean;
  readonly portalId?: string;
  readonly portalDomain?: string;
  readonly appId?: string;
  readonly userId?: string;
  readonly scopes: readonly string[];
  readonly expiresInMs?: number;
}

export type OAuthTokenKind = 'access_token' | 'refresh_token';

/**
 * One app's OAuth calls. Each is one HTTP try; nothing secret is in an error or log. Beside their own errors they raise
 * those of expectTaken and OAUTH_REFUSED.
 */
export interface OAuthApp {
  /** Trades the code of a redirect for tokens; a code serves once, also when the answer is lost. */
  exchangeCode(
    grant: { readonly code: string; readonly redirectUri: string },
    call?: CallOptions,
  ): Promise<OAuthGrant>;
  /** A new access token. Raises OAUTH_DISCONNECTED when the refresh token is no longer taken: asking again is in vain. */
  refresh(refreshToken: string, call?: CallOptions): Promise<OAuthGrant>;
  introspect(token: string, kind: OAuthTokenKind, call?: CallOptions): Promise<OAuthTokenState>;
  /** Ends the token's use; ending a refresh token ends the installation. */
  revoke(token: string, kind: OAuthTokenKind, call?: CallOptions): Promise<void>;
  close(): Promise<void>;
}

/** Where to send the browser of the person who installs the app. */
export function authorizeUrl(request: AuthorizeRequest): string {
  const query = [
    ['client_id', request.clientId],
    ['redirect_uri', request.redirectUri],
    ['scope', request.scopes.join(' ')],
    ['optional_scope', request.optionalScopes?.join(' ')],
    ['state', request.state],
  ].flatMap(([name, value]) => (value ? [`${name}=${encodeURIComponent(value)}`] : []));
  const base = (request.accountUrl ?? DEFAULT_ACCOUNT_URL).replace(/\/+$/, '');
  return `${base}/oauth/authorize?${query.join('&')}`;
}

/** Builds the calls; sends nothing yet. Raises HUBSPOT_URL_INVALID or HUBSPOT_URL_INSECURE. */
export function createOAuthApp(options: OAuthAppOptions): OAuthApp {
  const transport = createTransport({
    ...options,
    baseUrl: options.baseUrl ?? HUBSPOT_URL,
    log: options.log ?? noLog,
  });
  const credentials = { client_id: options.clientId, client_secret: options.clientSecret };
  const post = (path: string, form: Readonly<Record<string, string>>, call?: CallOptions) =>
    transport.request({ ...call, method: 'POST', path, form: { ...form, ...credentials } });
  // The documentation names the field by its kind, the API's description `token`.
  const tokenForm = (token: string, kind: OAuthTokenKind) => ({
    token_type_hint: kind,
    [kind]: token,
    token,
  });

  return {
    async exchangeCode({ code, redirectUri }, call) {
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
      return readGrant(await post(servicePaths.oauthToken(), form, call), 'exchange the code for tokens');
    },
    async refresh(refreshToken, call) {
      const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
      const exchange = await post(servicePaths.oauthToken(), form, call);
      if (isDisconnection(exchange)) throw disconnected();
      return readGrant(exchange, 'renew the access token', refreshToken);
    },
    async introspect(token, kind, call) {
      const what = 'describe an OAuth token';
      const exchange = await post(servicePaths.oauthIntrospect(), tokenForm(token, kind), call);
      throwRefusal(exchange, what);
      const reply = expectTaken(exchange, { what, effect: 'read' });
      const active = own(reply.body, 'active');
      if (typeof active !== 'boolean') throw unexpected(reply, what, 'it does not say whether it is active');
      const seconds = numberOf(own(reply.body, 'expires_in'));
      return {
        active,
        ...texts(reply.body, {
          portalId: 'hub_id',
          portalDomain: 'hub_domain',
          appId: 'app_id',
          userId: 'user_id',
        }),
        scopes: scopesOf(reply.body),
        ...(seconds === undefined ? {} : { expiresInMs: seconds * 1000 }),
      };
    },
    async revoke(token, kind, call) {
      const what = 'revoke an OAuth token';
      const exchange = await post(servicePaths.oauthRevoke(), tokenForm(token, kind), call);
      throwRefusal(exchange, what);
      expectTaken(exchange, { what, effect: 'repeatable' });
    },
    close: () => transport.close(),
  };
}

/** The error of an installation that is over. */
export function disconnected(): SpokeError {
  return new SpokeError(
    'OAUTH_DISCONNECTED',
    'HubSpot no longer takes the refresh token: the app was uninstalled or its user removed; have it authorised again.',
  );
}

function isDisconnection(exchange: Exchange): boolean {
  const status = statusOf(exchange);
  if (exchange.kind === 'fault' || exchange.flaw || status === 'BAD_REFRESH_TOKEN')
    return status === 'BAD_REFRESH_TOKEN';
  return exchange.status === 401 && !(status && Object.hasOwn(REFUSALS, status));
}

function readGrant(exchange: Exchange, what: string, usedRefreshToken?: string): OAuthGrant {
  throwRefusal(exchange, what);
  if (exchange.kind === 'fault') throw noAnswer(exchange);
  // A 401 of a proxy says nothing about the client.
  if (exchange.flaw && exchange.status < 429)
    throw unexpected(exchange, what, `${exchange.status}, ${exchange.flaw}`);
  if (exchange.status !== 200 || exchange.flaw) throw refusal(exchange, what);
  const { body } = exchange;
  const accessToken = textOf(own(body, 'access_token'));
  const refreshToken = textOf(own(body, 'refresh_token')) ?? usedRefreshToken;
  if (accessToken === undefined || refreshToken === undefined)
    throw unexpected(exchange, what, 'it holds no tokens');
  const seconds = numberOf(own(body, 'expires_in'));
  return {
    accessToken: checkedToken(accessToken, "HubSpot's answer"),
    refreshToken,
    expiresInMs: (seconds && seconds > 0 ? Math.min(seconds, MAX_LIFE_S) : DEFAULT_LIFE_S) * 1000,
    ...texts(body, { portalId: 'hub_id' }),
    scopes: scopesOf(body),
  };
}

function throwRefusal(exchange: Exchange, what: string): void {
  if (exchange.kind === 'fault' || exchange.flaw || (exchange.status !== 400 && exchange.status !== 401))
    return;
  const status = statusOf(exchange);
  const why = (status && REFUSALS[status]) ?? `the reason it names is ${status ?? 'none'}`;
  throw new SpokeError('OAUTH_REFUSED', `HubSpot was asked to ${what} and refused: ${why}.`, {
    facts: { ...factsOf(exchange), reason: status },
  });
}

/** Only HubSpot's own words: its sentences may quote what was sent. */
function statusOf(exchange: Exchange): string | undefined {
  const status = exchange.kind === 'reply' ? own(exchange.body, 'status') : undefined;
  return typeof status === 'string' && /^[A-Z_]{1,40}$/.test(status) ? status : undefined;
}

function scopesOf(body: unknown): string[] {
  return textList(own(body, 'scopes')).flatMap((text) => text.split(' ').filter((scope) => scope !== ''));
}

function texts<K extends string>(
  body: unknown,
  names: Readonly<Record<K, string>>,
): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const key in names) {
    const text = textOf(own(body, names[key]));
    if (text !== undefined) found[key] = text;
  }
  return found;
}
