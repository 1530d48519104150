import { ApiError, badRequest } from '../api-error.ts';
import type { Grant } from '../apps.ts';
import { type Call, isObject, param } from '../call.ts';
import { noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import type { Token } from '../tokens.ts';
import { clientOf, fieldsOf } from './oauth.ts';
import { anyToken } from './scopes.ts';

const NEWER = ['v3', '2026-03', '2026-09'] as const;

/** What a token is, and how it is ended. The calls need no token of their own and count in no budget. */
export const tokenInfoRoutes: readonly Route[] = [
  { method: 'POST', pattern: 'token/introspect', versions: NEWER, access: 'read', handle: introspect },
  { method: 'POST', pattern: 'token/revoke', versions: NEWER, access: 'write', handle: revoke },
  { method: 'GET', pattern: 'access-tokens/:token', versions: ['v1'], access: 'read', handle: accessToken },
  { method: 'GET', pattern: 'refresh-tokens/:token', versions: ['v1'], access: 'read', handle: refreshToken },
  {
    method: 'DELETE',
    pattern: 'refresh-tokens/:token',
    versions: ['v1'],
    access: 'write',
    handle: dropRefreshToken,
  },
  {
    method: 'POST',
    pattern: 'private-apps/get/access-token-info',
    versions: ['v2'],
    access: 'read',
    handle: privateAppToken,
  },
].map((route) => ({ ...route, area: 'oauth', auth: 'none', budget: 'none', scopes: anyToken }) as Route);

/** The token stands in a field of its own kind (as in the guides) or in `token` (as in the API description). */
function introspect(call: Call): Reply {
  const fields = fieldsOf(call);
  const app = clientOf(call, fields);
  const secret = tokenIn(fields);
  const token = call.portal.tokens.bySecret(secret);
  if (token?.appId === app.appId && token.kind !== 'static' && isLive(token, call.now)) {
    return ok({
      active: true,
      token_use: 'access_token',
      token_type: 'bearer',
      client_id: app.clientId,
      is_private_distribution: false,
      ...accessDetails(call, token),
    });
  }
  const grant = call.portal.apps.grantOfRefreshToken(secret);
  if (grant?.app !== app) return ok({ active: false });
  return ok({
    active: true,
    token_use: 'refresh_token',
    token_type: 'bearer',
    app_id: app.appId,
    ...refreshDetails(call, secret, grant),
  });
}

/** Ends the one token that is named. Unknown ones are answered alike, as OAuth has it. */
function revoke(call: Call): Reply {
  const fields = fieldsOf(call);
  const app = clientOf(call, fields);
  const secret = tokenIn(fields);
  const token = call.portal.tokens.bySecret(secret);
  if (token?.appId === app.appId && token.kind !== 'static' && !token.revoked) {
    token.revoked = true;
    call.effects.applied += 1;
  }
  if (call.portal.apps.grantOfRefreshToken(secret)?.app === app) {
    call.portal.apps.dropRefreshToken(secret);
    call.effects.applied += 1;
  }
  return { status: 200 };
}

function accessToken(call: Call): Reply {
  const secret = param(call, 'token');
  if (secret.startsWith('pat-')) throw badRequest('The access token is not an OAuth token.');
  const token = call.portal.tokens.bySecret(secret);
  if (token?.kind !== 'oauth' || !isLive(token, call.now)) throw unknownToken('access');
  return ok({ token_type: 'access', ...accessDetails(call, token) });
}

function refreshToken(call: Call): Reply {
  const secret = param(call, 'token');
  const grant = call.portal.apps.grantOfRefreshToken(secret);
  if (!grant) throw unknownToken('refresh');
  return ok({ token_type: 'refresh', ...refreshDetails(call, secret, grant) });
}

/** Access tokens that came of it live on to their end. */
function dropRefreshToken(call: Call): Reply {
  if (!call.portal.apps.dropRefreshToken(param(call, 'token'))) throw unknownToken('refresh');
  call.effects.applied += 1;
  return noContent;
}

/** Introspection of a private app's token or service key. European keys are told about only to their holder. */
function privateAppToken(call: Call): Reply {
  const secret = tokenKeyOf(call.rawBody);
  if (secret?.startsWith('pat-eu1-'))
    call.portal.tokens.authenticate(call.headers.authorization, call.now, call.portal.behaviour);
  const token = secret === undefined ? undefined : call.portal.tokens.bySecret(secret);
  if (token?.kind !== 'static' || token.revoked) throw unknownToken('access');
  return ok({
    userId: token.userId,
    hubId: call.portal.account.portalId,
    appId: token.appId,
    scopes: [...token.scopes],
  });
}

function tokenIn(fields: URLSearchParams): string {
  return fields.get('token') ?? fields.get('access_token') ?? fields.get('refresh_token') ?? '';
}

function isLive(token: Token, now: number): boolean {
  return !token.revoked && (token.expiresAt === undefined || token.expiresAt > now);
}

function accessDetails(call: Call, token: Token): Record<string, unknown> {
  const expiresIn =
    token.expiresAt === undefined ? undefined : Math.floor((token.expiresAt - call.now) / 1_000);
  return {
    token: token.secret,
    ...holder(call, token.userId),
    app_id: token.appId,
    scopes: [...token.scopes],
    expires_in: expiresIn,
  };
}

function refreshDetails(call: Call, token: string, { app, userId, scopes }: Grant): Record<string, unknown> {
  return { token, ...holder(call, userId), client_id: app.clientId, scopes };
}

function holder(call: Call, userId: number): Record<string, unknown> {
  const { portalId } = call.portal.account;
  return {
    hub_id: portalId,
    hub_domain: `portal-${portalId}.example.com`,
    user_id: userId,
    user: `user-${userId}@example.com`,
  };
}

function unknownToken(kind: 'access' | 'refresh'): ApiError {
  return new ApiError(404, `The ${kind} token could not be found`, { category: 'OBJECT_NOT_FOUND' });
}

function tokenKeyOf(rawBody: Buffer): string | undefined {
  try {
    const body: unknown = JSON.parse(rawBody.toString());
    return isObject(body) && typeof body.tokenKey === 'string' ? body.tokenKey : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
