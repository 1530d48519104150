import { ApiError } from '../api-error.ts';
import type { App, Grant } from '../apps.ts';
import { newAccessToken } from '../apps.ts';
import { type Call, formFields } from '../call.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { JOURNAL_SCOPES, type Token } from '../tokens.ts';
import { anyToken } from './scopes.ts';

/** Half an hour, on the portal's clock. */
const TOKEN_LIFE_S = 1_800;
const ALL_VERSIONS = ['v1', 'v3', '2026-03', '2026-09'] as const;

/** Consent, and the exchange of codes and refresh tokens for access tokens. */
export const oauthRoutes: readonly Route[] = [
  { method: 'GET', pattern: 'authorize', versions: ['v1'], access: 'read', handle: authorize },
  { method: 'GET', pattern: ':portalId/authorize', versions: ['v1'], access: 'read', handle: authorize },
  { method: 'POST', pattern: 'token', versions: ALL_VERSIONS, access: 'write', handle: token },
].map((route) => ({ ...route, area: 'oauth', auth: 'none', budget: 'none', scopes: anyToken }) as Route);

/** Stands for the page in the browser: consent is given at once, and the user sent back with a code. */
function authorize(call: Call): Reply {
  const { query, portal, now } = call;
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!URL.canParse(redirectUri)) throw oauthError('BAD_REDIRECT_URI', 'redirect_uri is not an address');
  const code = portal.apps.authorize(
    {
      clientId: query.get('client_id') ?? '',
      redirectUri,
      scopes: words(query.get('scope')),
      optionalScopes: words(query.get('optional_scope')),
    },
    now,
  );
  const location = new URL(redirectUri);
  location.searchParams.set('code', code);
  const state = query.get('state');
  if (state !== null) location.searchParams.set('state', state);
  call.effects.applied += 1;
  return { status: 302, headers: { location: location.href } };
}

function token(call: Call): Reply {
  const fields = fieldsOf(call);
  const grantType = fields.get('grant_type');
  switch (grantType) {
    case 'authorization_code':
      return exchangeCode(call, fields);
    case 'refresh_token':
      return refresh(call, fields);
    case 'client_credentials':
      return clientCredentials(call, fields);
    default:
      throw oauthError('BAD_GRANT_TYPE', `grant_type must be a known one, was ${grantType ?? 'missing'}`);
  }
}

function exchangeCode(call: Call, fields: URLSearchParams): Reply {
  const { apps } = call.portal;
  const app = clientOf(call, fields);
  const code = fields.get('code') ?? '';
  const grant = apps.grantOfCode(code, call.now);
  if (!grant || grant.app !== app) throw oauthError('BAD_AUTH_CODE', 'missing or unknown auth code');
  if (grant.redirectUri !== fields.get('redirect_uri'))
    throw oauthError('BAD_REDIRECT_URI', 'redirect_uri is not the one the code was given to');
  apps.useUpCode(code);
  return ok(tokenAnswer(call, grant, apps.issueRefreshToken(grant)));
}

function refresh(call: Call, fields: URLSearchParams): Reply {
  const { apps, behaviour } = call.portal;
  const app = clientOf(call, fields);
  const refreshToken = fields.get('refresh_token') ?? '';
  const grant = apps.grantOfRefreshToken(refreshToken);
  if (!grant || grant.app !== app) throw oauthError('BAD_REFRESH_TOKEN', 'missing or invalid refresh token');
  if (!behaviour.rotateRefreshTokens) return ok(tokenAnswer(call, grant, refreshToken));
  apps.dropRefreshToken(refreshToken);
  return ok(tokenAnswer(call, grant, apps.issueRefreshToken(grant)));
}

/** An app's own token, without a user: it opens the webhooks journal and nothing else. */
function clientCredentials(call: Call, fields: URLSearchParams): Reply {
  if (call.version === 'v1') throw oauthError('BAD_GRANT_TYPE', 'client_credentials is not known to v1');
  const app = clientOf(call, fields);
  const scopes = words(fields.get('scope'));
  const unknown = scopes.filter((scope) => !JOURNAL_SCOPES.some((known) => known === scope));
  if (scopes.length === 0 || unknown.length > 0) {
    throw oauthError('BAD_GRANT_TYPE', `client_credentials grants scopes of the webhooks journal only`);
  }
  const { secret } = issueAccessToken(call, { app, userId: 0, scopes }, 'client-credentials');
  return ok({ token_type: 'bearer', access_token: secret, expires_in: TOKEN_LIFE_S, scopes });
}

function tokenAnswer(call: Call, grant: Grant, refreshToken: string): Record<string, unknown> {
  const { secret } = issueAccessToken(call, grant, 'oauth');
  const answer = {
    token_type: 'bearer',
    access_token: secret,
    refresh_token: refreshToken,
    expires_in: TOKEN_LIFE_S,
  };
  // v1 tells the portal and the scopes through its metadata endpoints only.
  if (call.version === 'v1') return answer;
  return { ...answer, hub_id: call.portal.account.portalId, scopes: grant.scopes };
}

function issueAccessToken(
  call: Call,
  { app, userId, scopes }: Pick<Grant, 'app' | 'userId' | 'scopes'>,
  kind: Token['kind'],
): Token {
  call.effects.applied += 1;
  return call.portal.tokens.add({
    token: newAccessToken(),
    kind,
    scopes,
    appId: app.appId,
    appName: app.name,
    userId,
    expiresAt: call.now + TOKEN_LIFE_S * 1_000,
  });
}

/** The app that the client id and secret belong to. Throws what HubSpot answers when they do not fit. */
export function clientOf(call: Call, fields: URLSearchParams): App {
  const app = call.portal.apps.get(fields.get('client_id') ?? '');
  if (!app) throw oauthError('BAD_CLIENT_ID', 'missing or unknown client id');
  if (fields.get('client_secret') !== app.clientSecret)
    throw oauthError('BAD_CLIENT_SECRET', 'missing or invalid client secret');
  if (call.portal.behaviour.denyApps) throw oauthError('BAD_HUB', 'the account does not let this app in');
  return app;
}

/** v1 also takes its parameters from the URL, which is why it is going away. */
export function fieldsOf(call: Call): URLSearchParams {
  const fields = formFields(call);
  if (call.version === 'v1')
    for (const [name, value] of call.query) if (!fields.has(name)) fields.set(name, value);
  return fields;
}

const OAUTH_ERRORS = {
  BAD_REFRESH_TOKEN: 'invalid_grant',
  BAD_AUTH_CODE: 'invalid_grant',
  BAD_REDIRECT_URI: 'invalid_grant',
  BAD_CLIENT_ID: 'invalid_client',
  BAD_CLIENT_SECRET: 'invalid_client',
  BAD_GRANT_TYPE: 'unsupported_grant_type',
  BAD_HUB: 'access_denied',
} as const;

function oauthError(status: keyof typeof OAUTH_ERRORS, message: string): ApiError {
  return new ApiError(400, message, { status, error: OAUTH_ERRORS[status], error_description: message });
}

function words(text: string | null): string[] {
  return (text ?? '').split(' ').filter((word) => word !== '');
}
