import { h } from '../dom.js';

/** @import { Props } from '../dom.js' */

/**
 * A control under its label.
 *
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [hint]
 */
export function field(label, control, hint) {
  return h(
    'label',
    { class: 'field' },
    h('span', { class: 'field-name' }, label),
    control,
    hint ? h('span', { class: 'hint' }, hint) : '',
  );
}

/**
 * @param {readonly (readonly [value: string, text: string])[]} options
 * @param {string} chosen
 * @param {Props} [props]
 */
export function select(options, chosen, props = {}) {
  const control = h(
    'select',
    props,
    options.map(([value, text]) => h('option', { value }, text)),
  );
  control.value = chosen;
  return control;
}

/**
 * A box to tick, with its label behind it.
 *
 * @param {string} label
 * @param {boolean} checked
 * @param {(checked: boolean) => void} onChange
 */
export function tick(label, checked, onChange) {
  const box = h('input', { type: 'checkbox', onchange: () => onChange(box.checked) });
  box.checked = checked;
  return h('label', { class: 'tick' }, box, h('span', {}, label));
}

/**
 * @param {string} label
 * @param {() => void} onClick
 * @param {Props} [props]
 */
export function button(label, onClick, props = {}) {
  return h('button', { type: 'button', ...props, onclick: onClick }, label);
}

/**
 * A moment, in the time of whoever looks, with its exact instant in the title.
 *
 * @param {number} at ms since 1970
 * @param {(at: number) => string} format
 */
export function moment(at, format) {
  const iso = Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : '';
  return iso === '' ? h('span', {}, '–') : h('time', { datetime: iso, title: iso }, format(at));
}
