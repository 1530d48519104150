import type * as Undici from 'undici';
// @ts-expect-error undici types its entry only.
import errorsModule from 'undici/lib/core/errors.js';
// @ts-expect-error undici types its entry only.
import poolModule from 'undici/lib/dispatcher/pool.js';

/*
 * The two parts of undici that the client needs, by their files: the entry loads fetch, caches, proxies and mocks as
 * well and makes the client's import three times as long (`npm run bench -- client`). undici does not promise these
 * paths, hence its range in package.json ends with the minor version and undici-parts.test.ts looks for them.
 */

/** undici's own pool of connections. */
export const Pool = poolModule as typeof Undici.Pool;

/** undici's own error classes. */
export const errors = errorsModule as typeof Undici.errors;
