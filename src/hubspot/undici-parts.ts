import type * as Undici from 'undici';
// @ts-expect-error undici types its entry only.
import errorsModule from 'undici/lib/core/errors.js';
// @ts-expect-error undici types its entry only.
import poolModule from 'undici/lib/dispatcher/pool.js';

/*
 * The two parts of undici that the client needs, by their files: the entry loads fetch, caches, proxies and mocks as
 * well, three times the CPU time of the pool (`npm run bench -- client`, import time). undici does not promise these
 * paths, hence its range in package.json ends with the minor version and undici-parts.test.ts looks for them.
 */

/** undici's own pool of connections. */
export const Pool = poolModule as typeof Undici.Pool;

/** undici's own error classes. */
export const errors = errorsModule as typeof Undici.errors;
