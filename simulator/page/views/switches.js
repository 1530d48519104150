import { createChildren, h } from '../dom.js';
import { words } from '../format.js';
import { button, field, select } from '../parts/field.js';

/** @import { Context, View } from '../context.js' */

/**
 * A switch's kind, as JSON Schema tells it.
 *
 * @typedef {object} SwitchSchema
 * @property {string} [type]
 * @property {string[]} [enum]
 * @property {number} [minimum]
 * @property {unknown} [default]
 */
/** @typedef {{ behaviour: Record<string, unknown>, schema: { properties: Record<string, SwitchSchema> } }} Switches */
/** @typedef {{ name: string, value: unknown, schema: SwitchSchema }} Switch */

/**
 * What HubSpot does differently from portal to portal, or does not document.
 *
 * @param {Context} context
 * @returns {Promise<View>}
 */
export async function switchesView({ api, act, closed }) {
  const list = h('ul', { class: 'switches' });
  const none = h('p', { class: 'empty', hidden: true }, 'No switch has this in its name or description.');
  /** @type {Switches} */
  let given = await api.get('options', {}, closed);
  /** @type {Record<string, string>} */
  const texts = await (await fetch('switch-texts.json', { signal: closed })).json();

  /** @param {string} name @param {unknown} value */
  const set = (name, value) =>
    void act(
      async () => {
        await api.post('options', { behaviour: { [name]: value } });
      },
      `${words(name)}: ${JSON.stringify(value)}`,
    );

  const show = createChildren(
    list,
    (/** @type {Switch} */ { name }) => name,
    ({ name, value, schema }) => {
      const isDefault = JSON.stringify(value) === JSON.stringify(schema.default);
      return h(
        'li',
        { class: isDefault ? undefined : 'changed' },
        h(
          'div',
          {},
          h('h2', { id: `switch-${name}` }, words(name)),
          h('p', {}, marked(texts[name] ?? '')),
          h(
            'p',
            { class: 'hint' },
            h('code', {}, name),
            isDefault ? ' · default' : ` · changed, default ${JSON.stringify(schema.default)} `,
            isDefault
              ? ''
              : button('Back to default', () => set(name, schema.default), {
                  'aria-label': `${words(name)}: back to default`,
                }),
          ),
        ),
        control(name, value, schema, (next) => set(name, next)),
      );
    },
  );
  const narrow = h('input', {
    type: 'search',
    placeholder: 'Name or description',
    oninput: () => showFitting(),
  });

  function showFitting() {
    const wanted = narrow.value.trim().toLowerCase();
    const fitting = Object.entries(given.schema.properties)
      .filter(([name]) => `${words(name)} ${name} ${texts[name] ?? ''}`.toLowerCase().includes(wanted))
      .map(([name, schema]) => ({ name, value: given.behaviour[name], schema }));
    show(fitting);
    none.hidden = fitting.length > 0;
  }

  return {
    title: 'Switches',
    nodes: [
      h(
        'p',
        { class: 'lead' },
        'Where HubSpot’s behaviour is not documented, or differs between portals. A change takes effect with the next request.',
      ),
      h('div', { class: 'filters' }, field('Find a switch', narrow)),
      list,
      none,
    ],
    async refresh() {
      given = await api.get('options', {}, closed);
      showFitting();
    },
  };
}

/**
 * What stands between backticks is code.
 *
 * @param {string} text
 */
const marked = (text) => text.split('`').map((part, place) => (place % 2 === 0 ? part : h('code', {}, part)));

/**
 * @param {string} name
 * @param {unknown} value
 * @param {SwitchSchema} schema
 * @param {(value: unknown) => void} set
 */
function control(name, value, schema, set) {
  const labelled = { 'aria-labelledby': `switch-${name}` };
  if (schema.type === 'boolean') {
    const box = h('input', {
      type: 'checkbox',
      role: 'switch',
      ...labelled,
      onchange: () => set(box.checked),
    });
    box.checked = value === true;
    return h(
      'span',
      { class: 'control' },
      box,
      h('span', { class: 'hint', 'aria-hidden': 'true' }, value === true ? 'on' : 'off'),
    );
  }
  if (schema.enum) {
    const options = schema.enum.map((option) => /** @type {const} */ ([option, option]));
    const chosen = select(options, String(value), { ...labelled, onchange: () => set(chosen.value) });
    return h('span', { class: 'control' }, chosen);
  }
  if (schema.type === 'number' || schema.type === 'integer') {
    const box = h('input', {
      type: 'number',
      min: schema.minimum,
      step: schema.type === 'integer' ? 1 : 'any',
      value: String(value),
      ...labelled,
      onchange: () => set(Number(box.value)),
    });
    return h('span', { class: 'control' }, box);
  }
  if (schema.type === 'string') {
    const box = h('input', {
      type: 'text',
      value: String(value),
      placeholder: 'none',
      ...labelled,
      onchange: () => set(box.value),
    });
    return h('span', { class: 'control' }, box);
  }
  return structured(value, labelled, set);
}

/**
 * A list or table of rules, as JSON.
 *
 * @param {unknown} value
 * @param {Record<string, string>} labelled
 * @param {(value: unknown) => void} set
 */
function structured(value, labelled, set) {
  const text = h('textarea', {
    rows: 4,
    spellcheck: 'false',
    ...labelled,
    value: JSON.stringify(value, null, 2),
  });
  const mistake = h('span', { class: 'mistake', role: 'alert' });
  return h(
    'span',
    { class: 'control tall' },
    text,
    mistake,
    button('Set', () => {
      const parsed = parse(text.value);
      mistake.textContent = parsed === undefined ? 'This is not JSON.' : '';
      if (parsed !== undefined) set(parsed);
    }),
  );
}

/** @param {string} text @returns {unknown} */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
