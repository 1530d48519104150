import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { badRequest } from './api-error.ts';
import type { SavedPart } from './saved-part.ts';
import { ALL_SCOPES } from './tokens.ts';

/** Nobody waits longer between consent and exchange; HubSpot does not say how long a code lives. */
const CODE_LIFE_MS = 600_000;
const FIRST_APP_ID = 2_001;

const eventTypeSchema = z.strictObject({
  name: z.string().min(1),
  /** Plural or singular name of the records it belongs to. */
  objectType: z.string().default('contacts'),
  /** Default: any. */
  properties: z.array(z.string()).optional(),
  /** What the timeline shows, with `{{property}}` for values. Default the name. */
  headerTemplate: z.string().optional(),
});

export const appSchema = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  /** Default: counted up from 2001. A static token of the app is a token with this `appId`. */
  appId: z.number().int().min(1).optional(),
  name: z.string().optional(),
  /** Default: any address is accepted. */
  redirectUris: z.array(z.string()).optional(),
  /** What the app may ask for. Default all scopes of the portal. */
  scopes: z.union([z.literal('all'), z.array(z.string())]).optional(),
  /** Kinds of events of the app's project, approved by HubSpot. Default none: the app may not write on timelines. */
  eventTypes: z.array(eventTypeSchema).optional(),
});

/** An app that users install by OAuth; with event types also one that HubSpot lets write on timelines. */
export type AppOptions = z.input<typeof appSchema>;

export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly appId: number;
  readonly name: string;
  readonly redirectUris: readonly string[] | undefined;
  readonly scopes: ReadonlySet<string>;
  readonly eventTypes: readonly z.output<typeof eventTypeSchema>[];
}

export const authorizationSchema = z.strictObject({
  clientId: z.string(),
  redirectUri: z.string(),
  scopes: z.array(z.string()).min(1),
  /** Granted as far as the app may ask for them. */
  optionalScopes: z.array(z.string()).optional(),
  /** Who consents. Default 7. */
  userId: z.number().int().optional(),
});

/** A user's consent to an app. */
export type AuthorizationRequest = z.input<typeof authorizationSchema>;

/** What a user has consented to. */
export interface Grant {
  readonly app: App;
  readonly userId: number;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
}

const savedGrantSchema = z.strictObject({
  clientId: z.string(),
  userId: z.number(),
  scopes: z.array(z.string()),
  redirectUri: z.string(),
});

const savedSchema = z.union([
  z.tuple([z.literal('app'), appSchema]),
  z.tuple([z.literal('code'), z.string(), savedGrantSchema, z.number()]),
  z.tuple([z.literal('refresh'), z.string(), savedGrantSchema]),
]);

/**
 * The apps that may be installed, and what of their installation is not an access token.
 *
 * A code is unused or gone: it is exchanged once, and dies by itself. A refresh token lives until it is deleted, rotated away
 * or its app is uninstalled.
 */
export class AppStore implements SavedPart {
  readonly #byClientId = new Map<string, App>();
  readonly #codes = new Map<string, { grant: Grant; expiresAt: number }>();
  readonly #refreshTokens = new Map<string, Grant>();

  /** Registers an app, or replaces the one with the same client id. Throws a ZodError when it is invalid. */
  add(options: AppOptions): App {
    const { scopes, ...given } = appSchema.parse(options);
    const known = this.#byClientId.get(given.clientId);
    const app: App = {
      appId: known?.appId ?? FIRST_APP_ID + this.#byClientId.size,
      name: given.clientId,
      redirectUris: undefined,
      eventTypes: [],
      ...withoutUndefined(given),
      clientId: given.clientId,
      clientSecret: given.clientSecret,
      scopes: new Set(scopes === undefined || scopes === 'all' ? ALL_SCOPES : scopes),
    };
    this.#byClientId.set(app.clientId, app);
    return app;
  }

  get(clientId: string): App | undefined {
    return this.#byClientId.get(clientId);
  }

  /** The client secret of the app with an id. */
  secretOf(appId: number): string | undefined {
    return this.list().find((app) => app.appId === appId)?.clientSecret;
  }

  byId(appId: number): App | undefined {
    return this.list().find((app) => app.appId === appId);
  }

  list(): App[] {
    return [...this.#byClientId.values()];
  }

  /** Gives consent in a user's place; returns the code. Throws 400 for an unknown app, address or scope. */
  authorize(request: AuthorizationRequest, now: number): string {
    const { clientId, redirectUri, scopes, optionalScopes = [], userId = 7 } = request;
    const app = this.get(clientId);
    if (!app) throw badRequest(`no app with client id ${clientId}`, { status: 'BAD_CLIENT_ID' });
    if (app.redirectUris && !app.redirectUris.includes(redirectUri))
      throw badRequest(`${redirectUri} is not one of the app's redirect addresses`, {
        status: 'BAD_REDIRECT_URI',
      });
    const excess = scopes.filter((scope) => !app.scopes.has(scope));
    if (scopes.length === 0 || excess.length > 0)
      throw badRequest(`the app cannot be granted the scopes [${excess.join(', ')}]`);
    const granted = new Set([...scopes, ...optionalScopes.filter((scope) => app.scopes.has(scope))]);
    const code = randomUUID();
    this.#codes.set(code, {
      grant: { app, userId, scopes: [...granted], redirectUri },
      expiresAt: now + CODE_LIFE_MS,
    });
    return code;
  }

  /** What a code stands for, as long as it lives. */
  grantOfCode(code: string, now: number): Grant | undefined {
    const entry = this.#codes.get(code);
    return entry && entry.expiresAt > now ? entry.grant : undefined;
  }

  useUpCode(code: string): void {
    this.#codes.delete(code);
  }

  issueRefreshToken(grant: Grant): string {
    const token = `na1-${randomUUID()}`;
    this.#refreshTokens.set(token, grant);
    return token;
  }

  grantOfRefreshToken(token: string): Grant | undefined {
    return this.#refreshTokens.get(token);
  }

  /** Whether a code or refresh token was given out here. */
  has(secret: string): boolean {
    return this.#codes.has(secret) || this.#refreshTokens.has(secret);
  }

  /** Returns whether there was one. */
  dropRefreshToken(token: string): boolean {
    return this.#refreshTokens.delete(token);
  }

  /** Ends all that the app was granted; access tokens are the token store's to end. */
  uninstall(clientId: string): App {
    const app = this.get(clientId);
    if (!app) throw badRequest(`no app with client id ${clientId}`);
    for (const [token, grant] of this.#refreshTokens)
      if (grant.app.clientId === clientId) this.#refreshTokens.delete(token);
    for (const [code, { grant }] of this.#codes)
      if (grant.app.clientId === clientId) this.#codes.delete(code);
    return app;
  }

  *dump(): Iterable<unknown> {
    for (const app of this.list()) yield ['app', { ...app, scopes: [...app.scopes] }];
    for (const [code, { grant, expiresAt }] of this.#codes) yield ['code', code, saveGrant(grant), expiresAt];
    for (const [token, grant] of this.#refreshTokens) yield ['refresh', token, saveGrant(grant)];
  }

  restore(row: unknown): void {
    const saved = savedSchema.parse(row);
    if (saved[0] === 'app') {
      this.add(saved[1]);
      return;
    }
    const [kind, secret, { clientId, ...rest }] = saved;
    const app = this.get(clientId);
    if (!app) throw new Error(`there is no app ${clientId}`);
    const grant = { app, ...rest };
    if (kind === 'code') this.#codes.set(secret, { grant, expiresAt: saved[3] });
    else this.#refreshTokens.set(secret, grant);
  }

  clear(): void {
    this.#byClientId.clear();
    this.#codes.clear();
    this.#refreshTokens.clear();
  }
}

function saveGrant({ app, ...rest }: Grant): Record<string, unknown> {
  return { clientId: app.clientId, ...rest };
}

/** Never looks like a private app's token. */
export function newAccessToken(): string {
  return `C${randomBytes(48).toString('base64url')}`;
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
