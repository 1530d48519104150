import { h } from '../dom.js';
import { counted, dayAndTime } from '../format.js';
import { button, field, moment } from '../parts/field.js';
import { createTable } from '../parts/table.js';

/** @import { SimulatorState } from '../../state.ts' */
/** @import { Context, View } from '../context.js' */
/** @typedef {SimulatorState['tokens'][number]} TokenState */

/**
 * The credentials that the portal accepts, by their names; secrets are never shown.
 *
 * @param {Context} context
 * @returns {View}
 */
export function tokensView({ api, act, href }) {
  let now = 0;
  const table = createTable({
    caption: 'Tokens',
    columns: [
      {
        name: 'Token',
        class: 'main',
        cell: (/** @type {TokenState} */ { id, appName, appId }) => [
          h('a', { class: 'title', href: href(['requests'], { token: id }) }, id),
          h('span', { class: 'hint sub' }, `${appName} · app ${appId}`),
        ],
      },
      {
        name: 'State',
        cell: (token) =>
          h('span', { class: `pill ${isUsable(token, now) ? 'ok' : 'failed'}` }, stateOf(token, now)),
      },
      {
        name: 'Expires',
        class: 'wide',
        cell: ({ expiresAt }) => (expiresAt === null ? 'never' : moment(expiresAt, dayAndTime)),
      },
      {
        name: 'Scopes',
        class: 'wide',
        cell: ({ scopes }) =>
          h(
            'details',
            {},
            h('summary', {}, counted(scopes.length, 'scope')),
            h(
              'ul',
              { class: 'scopes' },
              scopes.map((scope) => h('li', {}, h('code', {}, scope))),
            ),
          ),
      },
      {
        name: '',
        class: 'number',
        cell: (token) => [
          token.revoked
            ? ''
            : button(
                'Revoke',
                () => void act(() => api.post('tokens', { revoke: token.id }), `${token.id} is revoked.`),
                { 'aria-label': `Revoke ${token.id}` },
              ),
          ' ',
          isUsable(token, now)
            ? button(
                'Expire',
                () => void act(() => api.post('tokens', { expire: token.id }), `${token.id} has expired.`),
                { 'aria-label': `Expire ${token.id}` },
              )
            : '',
        ],
      },
    ],
    keyOf: ({ id }) => id,
    empty: 'The portal accepts no token.',
  });
  const secret = h('input', { type: 'text', required: true, autocomplete: 'off', spellcheck: 'false' });
  const id = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', placeholder: 'token-N' });
  const scopes = h('textarea', { rows: 3, spellcheck: 'false', placeholder: 'all' });

  const form = h(
    'form',
    {
      class: 'form',
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        const names = scopes.value.split(/[\s,]+/).filter((name) => name !== '');
        const add = {
          token: secret.value,
          ...(id.value === '' ? {} : { id: id.value }),
          ...(names.length === 0 ? {} : { scopes: names }),
        };
        void act(async () => {
          await api.post('tokens', { add });
          form.reset();
        }, 'The token is accepted from now on.');
      },
    },
    field('Secret', secret, 'What the application sends as Bearer'),
    field('Name', id, 'How this page and the journal call it'),
    field('Scopes', scopes, 'Empty: all. Otherwise names, each on a line'),
    h('div', { class: 'row' }, h('button', { type: 'submit', class: 'primary' }, 'Add token')),
  );

  return {
    title: 'Tokens',
    nodes: [
      h(
        'div',
        { class: 'columns' },
        h('section', { class: 'panel grow flush' }, table.node),
        h(
          'section',
          { class: 'panel' },
          h('h2', {}, 'Add one'),
          form,
          h('p', { class: 'hint apart' }, 'What was revoked or has expired comes back with a reset.'),
          button(
            'Tokens as at the start',
            () =>
              void act(
                () => api.post('reset', { only: ['tokens'] }),
                'Tokens are as they were at the start.',
              ),
          ),
        ),
      ),
    ],
    refresh(state) {
      now = state.now;
      table.show(state.tokens);
    },
  };
}

/** @param {TokenState} token @param {number} now */
const isUsable = ({ revoked, expiresAt }, now) => !revoked && (expiresAt === null || expiresAt > now);

/** @param {TokenState} token @param {number} now */
function stateOf(token, now) {
  if (token.revoked) return 'revoked';
  return isUsable(token, now) ? 'valid' : 'expired';
}
