import type { MiddlewareHandler } from 'hono';
import type { Origins } from '../forms/origins.ts';
import type { HttpEnv } from './context.ts';

const METHODS = 'GET, POST, PUT';
const REQUEST_HEADERS = 'content-type, idempotency-key, prefer, content-range';
const RESPONSE_HEADERS = 'retry-after, range, x-request-id';
/** How long a browser remembers a preflight, s. */
const MAX_AGE = '600';

/** Lets the pages of listed origins call the website's routes and read the answers, never with credentials. */
export function websiteCors(origins: Origins): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const allowed = origins.allow(c.req.header('origin'));
    const isPreflight =
      c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined;
    if (!isPreflight) await next();
    // A preflight of an unlisted origin is answered without the headers: its browser then sends nothing more.
    const response = isPreflight ? c.body(null, 204) : c.res;
    if (origins.varies) response.headers.append('vary', 'origin');
    if (allowed !== undefined) {
      response.headers.set('access-control-allow-origin', allowed);
      response.headers.set('access-control-expose-headers', RESPONSE_HEADERS);
      if (isPreflight) {
        response.headers.set('access-control-allow-methods', METHODS);
        response.headers.set('access-control-allow-headers', REQUEST_HEADERS);
        response.headers.set('access-control-max-age', MAX_AGE);
      }
    }
    return isPreflight ? response : undefined;
  };
}
