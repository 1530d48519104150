import { h } from '../dom.js';

/** Elements of a note that are shown as what they are; everything else stays text, where a person sees it. */
/** @type {Record<string, keyof HTMLElementTagNameMap>} */
const SHOWN = {
  p: 'p',
  div: 'div',
  strong: 'strong',
  b: 'strong',
  em: 'em',
  i: 'em',
  u: 'u',
  s: 's',
  ul: 'ul',
  ol: 'ol',
  li: 'li',
  blockquote: 'blockquote',
  code: 'code',
  pre: 'pre',
  h1: 'p',
  h2: 'p',
  h3: 'p',
  h4: 'p',
  span: 'span',
};
/** @type {Record<string, string>} */
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
/** A tag with attributes that are quoted or have no quotes, a comment, or a run of text. */
const TOKEN =
  /<(\/?)([a-z][a-z0-9]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>|[^<]+|</gi;
/** Deeper markup is not read on: it was made to hurt. */
const MAX_DEPTH = 20;

/**
 * Shows HTML of whoever wrote it: a few harmless elements are built anew, without any attribute but a link's address to the web; all
 * other markup is shown as the text that it is.
 *
 * @param {string} source
 */
export function richText(source) {
  const root = h('div', { class: 'rich' });
  /** @type {HTMLElement[]} */
  const open = [root];
  for (const [token, slash, name = '', attributes = ''] of source.matchAll(TOKEN)) {
    const here = open.at(-1) ?? root;
    const tag = name.toLowerCase();
    if (tag === '') here.append(decoded(token));
    else if (tag === 'br') here.append(h('br'));
    else if (!(tag === 'a' || Object.hasOwn(SHOWN, tag))) here.append(token);
    else if (slash === '/') close(open, tag);
    else if (open.length > MAX_DEPTH) here.append(token);
    else {
      const element = tag === 'a' ? link(attributes) : h(SHOWN[tag] ?? 'span');
      element.dataset.from = tag;
      here.append(element);
      open.push(element);
    }
  }
  return root;
}

/**
 * @param {HTMLElement[]} open
 * @param {string} tag
 */
function close(open, tag) {
  const place = open.findLastIndex((element) => element.dataset.from === tag);
  if (place > 0) open.length = place;
}

/** @param {string} attributes */
function link(attributes) {
  const [, , quoted, single, bare] =
    /(^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(attributes) ?? [];
  const address = decoded(quoted ?? single ?? bare ?? '').trim();
  if (!/^https?:\/\//i.test(address)) return h('span');
  return h('a', { href: address, rel: 'noreferrer noopener nofollow', target: '_blank' });
}

/** @param {string} text */
function decoded(text) {
  return text.replace(/&(?:#(\d{1,6})|#x([\da-f]{1,6})|([a-z]{2,5}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point > 0x10ffff ? whole : String.fromCodePoint(point);
  });
}
