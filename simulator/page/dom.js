const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Node | string | number | false | null | undefined} Child */
/** @typedef {Record<string, unknown>} Props */

/** What elements are given here beside text: no markup, and no attribute that could hold script. */
const REFUSED = /^(innerhtml|outerhtml|srcdoc|style)$/i;

/**
 * Builds an element. Children become text or nodes, never markup. `on…` takes a listener, `true` sets an attribute without a value,
 * `false` and undefined leave it out.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  dress(element, props);
  append(element, children.flat());
  return element;
}

/**
 * Builds an element of a picture.
 *
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, props = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  dress(element, props);
  append(element, children.flat());
  return element;
}

/**
 * Puts children in place of those that an element has.
 *
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children.flat());
}

/**
 * Sets a text only when it is another, so that screen readers are not told again.
 *
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Keeps an element's children in line with items. A child is built anew only when its item changed, so focus, selection and open
 * details outlive a refresh.
 *
 * @template T
 * @param {Element} parent
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => Element} build
 * @returns {(items: readonly T[]) => void}
 */
export function createChildren(parent, keyOf, build) {
  /** @type {Map<string, { node: Element, sign: string }>} */
  let before = new Map();
  return (items) => {
    /** @type {typeof before} */
    const now = new Map();
    for (const [place, item] of items.entries()) {
      const key = keyOf(item);
      const sign = JSON.stringify(item);
      const old = before.get(key);
      const node = old?.sign === sign ? old.node : build(item);
      if (old && old.node !== node) exchange(old.node, node);
      now.set(key, { node, sign });
      const standing = parent.children[place];
      if (standing !== node) parent.insertBefore(node, standing ?? null);
    }
    const kept = new Set([...now.values()].map(({ node }) => node));
    for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
    before = now;
  };
}

/**
 * Puts a node in another's place; the focus moves to what stands where it was.
 *
 * @param {Element} old
 * @param {Element} node
 */
function exchange(old, node) {
  const reachable = 'a[href], button, input, select, textarea, summary';
  const place = [...old.querySelectorAll(reachable)].indexOf(document.activeElement ?? old);
  old.replaceWith(node);
  const next = place < 0 ? undefined : [...node.querySelectorAll(reachable)][place];
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
}

/**
 * @param {Element} element
 * @param {Props} props
 */
function dress(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (REFUSED.test(name)) throw new Error(`an element gets no ${name} here`);
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) {
      if (typeof value !== 'function') throw new Error(`${name} takes a function`);
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (name === 'href' && !/^(#|https?:\/\/)/i.test(String(value))) {
      throw new Error('a link leads to a place of this page or to the web');
    } else if (name === 'value' && 'value' in element) element.value = String(value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/**
 * @param {Element} element
 * @param {readonly Child[]} children
 */
function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === 'number' ? String(child) : child);
  }
}
