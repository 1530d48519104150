/**
 * @typedef {object} Place
 * @property {number | undefined} portal undefined: the first one
 * @property {string[]} path
 * @property {URLSearchParams} query
 */

/**
 * Reads a place from an address's hash: `#/12345678/records/contacts?search=ada`, the portal's id left out for the first one.
 *
 * @param {string} hash
 * @returns {Place}
 */
export function parsePlace(hash) {
  const [pathText = '', queryText = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const path = pathText
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  const portal = /^\d+$/.test(path[0] ?? '') ? Number(path.shift()) : undefined;
  return { portal, path, query: new URLSearchParams(queryText) };
}

/**
 * The hash of a place.
 *
 * @param {number | undefined} portal
 * @param {readonly string[]} path
 * @param {Record<string, string | number | undefined>} [query] empty values are left out
 */
export function hashOf(portal, path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  const parts = portal === undefined ? path : [String(portal), ...path];
  return `#/${parts.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
