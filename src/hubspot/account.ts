import type { Exchange, Reply } from './exchange.ts';
import { expectBody, unexpected } from './expect.ts';
import { numberOf, own, textList, textOf } from './json.ts';
import { misfit, type Parsed, parsedAs, parseEntries } from './parsed.ts';
import { paths } from './paths.ts';
import { type ReadOptions, readAnswer } from './read-answer.ts';
import type { CallOptions } from './records.ts';
import type { TokenSource } from './token.ts';
import type { Transport } from './transport.ts';

/** The portal an access token belongs to. */
export interface AccountDetails {
  readonly portalId: string;
  /** STANDARD, DEVELOPER_TEST, SANDBOX or APP_DEVELOPER. */
  readonly accountType?: string;
  readonly portalName?: string;
  /** IANA name; the daily limit starts anew at its midnight. */
  readonly timeZone?: string;
  readonly utcOffsetMs?: number;
  /** Host of the portal's pages, for links. */
  readonly uiDomain?: string;
  readonly dataHostingLocation?: string;
}

/** What HubSpot knows about an access token. */
export interface TokenInfo {
  readonly portalId: string;
  readonly appId?: string;
  readonly userId?: string;
  readonly scopes: readonly string[];
}

/** Calls of a private app on the portal's day. */
export interface DailyUsage {
  /** Of the app or limit, as HubSpot names it. */
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  /** ISO 8601; up to five minutes old. */
  readonly collectedAt?: string;
  readonly resetsAt?: string;
}

export interface Account {
  details(call?: CallOptions): Promise<Exchange>;
  /** As `details`, parsed; raises the errors of expectBody. */
  expectDetails(call?: CallOptions): Promise<AccountDetails>;
  /** What of the day's calls has been used. */
  usage(call?: CallOptions): Promise<Exchange>;
  /** As `usage`, parsed; raises the errors of expectBody. */
  expectUsage(options?: ReadOptions): Promise<readonly DailyUsage[]>;
  /** Asks about the token in use; private apps and service keys only. Never log its request. */
  tokenInfo(call?: CallOptions): Promise<Exchange>;
  /** As `tokenInfo`, parsed; raises the errors of expectBody. */
  expectTokenInfo(call?: CallOptions): Promise<TokenInfo>;
}

export function createAccount(transport: Transport, token: TokenSource): Account {
  const details: Account['details'] = (call) =>
    transport.request({ ...call, method: 'GET', path: paths.accountDetails() });
  const usage: Account['usage'] = (call) =>
    transport.request({ ...call, method: 'GET', path: paths.accountUsage() });
  const tokenInfo: Account['tokenInfo'] = async (call) =>
    transport.request({
      ...call,
      method: 'POST',
      path: paths.tokenInfo(),
      // Unreadable here is unreadable for the transport too, which reports it as a fault.
      body: { tokenKey: await token.current().catch(() => '') },
    });
  return {
    details,
    async expectDetails(call) {
      const what = 'read the account details';
      const exchange = await details(call);
      const body = expectBody(exchange, what);
      const utcOffsetMs = numberOf(own(body, 'utcOffsetMilliseconds'));
      return {
        portalId: portalId(own(body, 'portalId'), exchange as Reply, what),
        ...textFields(body, ['accountType', 'portalName', 'timeZone', 'uiDomain', 'dataHostingLocation']),
        ...(utcOffsetMs === undefined ? {} : { utcOffsetMs }),
      };
    },
    usage,
    expectUsage: (options = {}) =>
      readAnswer(
        {
          what: 'read the daily usage',
          send: () => usage(options),
          parse: (body) => parseEntries(body, 'results', parseUsage),
        },
        options,
      ),
    tokenInfo,
    async expectTokenInfo(call) {
      const what = 'describe the access token';
      const exchange = await tokenInfo(call);
      const body = expectBody(exchange, what);
      return {
        portalId: portalId(own(body, 'hubId'), exchange as Reply, what),
        ...textFields(body, ['appId', 'userId']),
        scopes: textList(own(body, 'scopes')),
      };
    },
  };
}

function parseUsage(value: unknown): Parsed<DailyUsage> {
  const limit = numberOf(own(value, 'usageLimit'));
  const used = numberOf(own(value, 'currentUsage'));
  if (limit === undefined || used === undefined) return misfit('it has no usageLimit or no currentUsage');
  return parsedAs({
    name: textOf(own(value, 'name')) ?? '',
    limit,
    used,
    ...textFields(value, ['collectedAt', 'resetsAt']),
  });
}

function portalId(value: unknown, reply: Reply, what: string): string {
  const id = textOf(value);
  if (id === undefined || !/^\d{1,20}$/.test(id)) throw unexpected(reply, what, 'it names no portal');
  return id;
}

function textFields<K extends string>(body: unknown, names: readonly K[]): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const name of names) {
    const text = textOf(own(body, name));
    if (text !== undefined) found[name] = text;
  }
  return found;
}
