import { z } from 'zod';
import { ApiError, badRequest } from './api-error.ts';
import type { Behaviour } from './behaviour.ts';
import type { SavedPart } from './saved-part.ts';
import type { ChangeSource } from './value-versions.ts';
import type { Version } from './version.ts';

/** Everything the simulated portal can grant; `scopes: 'all'` means these. */
export const ALL_SCOPES = [
  'oauth',
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.objects.companies.read',
  'crm.objects.companies.write',
  'crm.objects.deals.read',
  'crm.objects.deals.write',
  'crm.objects.tickets.read',
  'crm.objects.tickets.write',
  'crm.objects.custom.read',
  'crm.objects.custom.write',
  'crm.objects.owners.read',
  'crm.schemas.contacts.read',
  'crm.schemas.contacts.write',
  'crm.schemas.companies.read',
  'crm.schemas.companies.write',
  'crm.schemas.deals.read',
  'crm.schemas.deals.write',
  'crm.schemas.tickets.read',
  'crm.schemas.tickets.write',
  'crm.schemas.custom.read',
  'crm.schemas.custom.write',
  'crm.lists.read',
  'crm.lists.write',
  'crm.segments.read',
  'crm.segments.write',
  'tickets',
  'forms',
  'forms-uploaded-files',
  'communication_preferences.read',
  'communication_preferences.write',
  'communication_preferences.read_write',
  'communication_preferences.statuses.batch.read',
  'communication_preferences.statuses.batch.write',
  'analytics.behavioral_events.send',
  'behavioral_events.event_definitions.read_write',
  'timeline',
  'timeline.write',
] as const;

/** Reach the webhooks journal only, by client credentials; no other token is ever granted them. */
export const JOURNAL_SCOPES = [
  'developer.webhooks_journal.read',
  'developer.webhooks_journal.subscriptions.read',
  'developer.webhooks_journal.subscriptions.write',
  'developer.webhooks_journal.snapshots.read',
  'developer.webhooks_journal.snapshots.write',
] as const;

const AUTH_PAGE = 'https://developers.hubspot.com/docs/methods/auth/oauth-overview';
const SCOPES_PAGE = 'https://developers.hubspot.com/scopes';
const MS_PER_DAY = 86_400_000;

/** `static`: service keys, private apps and apps with static auth; `oauth`: access tokens of a user's consent. */
export type TokenKind = 'static' | 'oauth' | 'client-credentials';

export interface TokenOptions {
  token: string;
  /** Default `static`. */
  kind?: TokenKind | undefined;
  /** Name in the journal and in admin answers, so that secrets stay out of them. Default `token-N`. */
  id?: string | undefined;
  scopes?: 'all' | readonly string[] | undefined;
  /** Tokens with the same one share its burst budget. Default: an app of its own, 1001 and up. */
  appId?: number | undefined;
  appName?: string | undefined;
  userId?: number | undefined;
  /** Ms since 1970 of the portal's clock; default never. */
  expiresAt?: number | undefined;
  revoked?: boolean | undefined;
}

export interface Token {
  id: string;
  secret: string;
  kind: TokenKind;
  scopes: ReadonlySet<string>;
  appId: number;
  appName: string;
  userId: number;
  expiresAt: number | undefined;
  revoked: boolean;
  /** What the history of values names as the writer. */
  source: ChangeSource;
}

/** Stands for the caller of a route that asks for no token. */
export const ANONYMOUS: Token = {
  id: 'anonymous',
  secret: '',
  kind: 'static',
  scopes: new Set(),
  appId: 0,
  appName: 'Anonymous',
  userId: 0,
  expiresAt: undefined,
  revoked: false,
  source: { sourceType: 'FORM', sourceId: null, userId: null },
};

/** Groups of scopes: of each group at least one must be granted. */
export type RequiredScopes = readonly (readonly string[])[];

const savedSchema = z.strictObject({
  id: z.string(),
  secret: z.string(),
  kind: z.enum(['static', 'oauth', 'client-credentials']),
  scopes: z.array(z.string()).transform((scopes): ReadonlySet<string> => new Set(scopes)),
  appId: z.number(),
  appName: z.string(),
  userId: z.number(),
  expiresAt: z.number().optional(),
  revoked: z.boolean(),
});

/** The credentials a portal accepts. */
export class TokenStore implements SavedPart {
  readonly #bySecret = new Map<string, Token>();

  add(options: TokenOptions): Token {
    const number = this.#bySecret.size + 1;
    const known = this.#bySecret.get(options.token);
    const appId = options.appId ?? known?.appId ?? this.#newAppId(1_000 + number);
    const token: Token = {
      id: options.id ?? known?.id ?? `token-${number}`,
      secret: options.token,
      kind: options.kind ?? 'static',
      scopes: new Set(options.scopes === undefined || options.scopes === 'all' ? ALL_SCOPES : options.scopes),
      appId,
      appName: options.appName ?? known?.appName ?? `App ${number}`,
      userId: options.userId ?? 7,
      expiresAt: options.expiresAt,
      revoked: options.revoked ?? false,
      source: sourceOf(appId),
    };
    this.#bySecret.set(token.secret, token);
    return token;
  }

  /** No app that has tokens already: apps do not share their budgets. */
  #newAppId(wanted: number): number {
    const taken = new Set(this.list().map((token) => token.appId));
    let appId = wanted;
    while (taken.has(appId)) appId += 1;
    return appId;
  }

  bySecret(secret: string): Token | undefined {
    return this.#bySecret.get(secret);
  }

  /** By the secret or by the id. */
  find(secretOrId: string): Token | undefined {
    return this.#bySecret.get(secretOrId) ?? this.list().find((token) => token.id === secretOrId);
  }

  /** Ends a token for good; an unknown one is left alone. */
  revoke(secret: string | undefined): void {
    const token = secret === undefined ? undefined : this.#bySecret.get(secret);
    if (token) token.revoked = true;
  }

  has(secret: string): boolean {
    return this.#bySecret.has(secret);
  }

  list(): Token[] {
    return [...this.#bySecret.values()];
  }

  clear(): void {
    this.#bySecret.clear();
  }

  *dump(): Iterable<unknown> {
    for (const { source: _, ...token } of this.list()) yield { ...token, scopes: [...token.scopes] };
  }

  /** Tokens that the portal was started with stay accepted beside those of the file. */
  restore(row: unknown): void {
    const token = savedSchema.parse(row);
    this.#bySecret.set(token.secret, {
      ...token,
      expiresAt: token.expiresAt,
      source: sourceOf(token.appId),
    });
  }

  /** Throws the 401 that HubSpot answers: missing header, expired or unknown token, revoked token. */
  authenticate(
    authorization: string | undefined,
    now: number,
    { missingTokenNamesKeys }: Pick<Behaviour, 'missingTokenNamesKeys'>,
  ): Token {
    const secret = bearerSecret(authorization);
    if (!secret) throw credentialsMissing(missingTokenNamesKeys);
    const token = this.#bySecret.get(secret);
    // An unknown token is reported as one that expired in 1970.
    if (!token) throw expired(0, now);
    if (token.revoked) {
      throw new ApiError(401, 'The access token used to make this call has been revoked.', {
        category: 'INVALID_AUTHENTICATION',
      });
    }
    if (token.expiresAt !== undefined && token.expiresAt <= now) throw expired(token.expiresAt, now);
    return token;
  }
}

/** The token of an Authorization header, whether or not it is known. */
export function bearerSecret(authorization: string | undefined): string | undefined {
  return /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}

/** Throws the 403 that names the missing scopes, in one of the two recorded forms. */
export function requireScopes(
  token: Token,
  required: RequiredScopes,
  access: 'read' | 'write',
  form: Behaviour['missingScopesForm'],
): void {
  const missing = required.find((group) => !group.some((scope) => token.scopes.has(scope)));
  if (!missing) return;
  const inErrors = form === 'auto' ? access === 'write' : form === 'errors';
  const sentence = 'One or more of the following scopes are required.';
  if (!inErrors) {
    throw new ApiError(403, sentence, {
      category: 'MISSING_SCOPES',
      context: { requiredGranularScopes: missing, links: [SCOPES_PAGE] },
    });
  }
  throw new ApiError(
    403,
    "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    {
      category: 'MISSING_SCOPES',
      links: { scopes: SCOPES_PAGE },
      errors: [{ message: sentence, context: { requiredGranularScopes: missing } }],
    },
  );
}

/** Throws the 400 for a user who may not change links: apps that act for users are bound by what these may do. */
export function requireEditAssociations(
  token: Token,
  { behaviour, version }: { behaviour: Behaviour; version: Version },
): void {
  if (behaviour.usersEditAssociations || token.kind !== 'oauth' || version !== '2026-09') return;
  throw badRequest("Missing 'Edit Associations' permission.");
}

/** One object for each token: writes of one request share a stamp by it. */
function sourceOf(appId: number): ChangeSource {
  return { sourceType: 'INTEGRATION', sourceId: String(appId), userId: null };
}

function credentialsMissing(namesKeys: boolean): ApiError {
  const ways = namesKeys ? 'both API Key and OAuth 2.0' : 'OAuth 2.0';
  const message = `Authentication credentials not found. This API supports ${ways} authentication and you can find more details at ${AUTH_PAGE}`;
  return new ApiError(401, message, { category: 'INVALID_AUTHENTICATION' });
}

function expired(expiresAt: number, now: number): ApiError {
  const seconds = Math.max(0, Math.floor((now - expiresAt) / 1_000));
  const ago =
    seconds * 1_000 >= MS_PER_DAY
      ? `${Math.floor((seconds * 1_000) / MS_PER_DAY)} day(s)`
      : `${seconds} second(s)`;
  return new ApiError(401, `The OAuth token used to make this call expired ${ago} ago.`, {
    category: 'EXPIRED_AUTHENTICATION',
    context: { 'expire time': [new Date(expiresAt).toISOString().replace('.000Z', 'Z')] },
  });
}
