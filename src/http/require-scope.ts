import type { MiddlewareHandler } from 'hono';
import type { Database } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { type Principal, principalOf, type Scope } from './api-keys.ts';
import type { HttpEnv } from './context.ts';

/** Lets a request through whose API key (`authorization: Bearer spk_…`) has the scope; 401 or 403 otherwise. */
export function requireScope(db: Database, scope: Scope): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const [, key] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    const principal = key === undefined ? undefined : await principalOf(db, key);
    if (!principal) {
      c.header('www-authenticate', 'Bearer');
      throw new SpokeError(
        'HTTP_UNAUTHENTICATED',
        key === undefined
          ? 'No API key was given: send it as `authorization: Bearer spk_…`; `spoke keys create` makes one.'
          : 'The API key does not count: it is unknown or was revoked.',
      );
    }
    if (!principal.scopes.includes(scope))
      throw new SpokeError('HTTP_FORBIDDEN', `The API key lacks the scope ${scope}: use one that has it.`);
    c.set('principal', principal);
    await next();
  };
}

/** The key that `requireScope` has let through. */
export function principalIn({ var: { principal } }: { readonly var: HttpEnv['Variables'] }): Principal {
  if (!principal) throw new Error('The route asks who is calling and has no requireScope.');
  return principal;
}
