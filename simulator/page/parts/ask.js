import { h } from '../dom.js';
import { button } from './field.js';

/**
 * Asks before something that cannot be undone.
 *
 * @param {string} question
 * @param {string} detail
 * @param {string} yes what the confirming button says
 * @returns {Promise<boolean>}
 */
export function ask(question, detail, yes) {
  return new Promise((resolve) => {
    const dialog = h(
      'dialog',
      { 'aria-labelledby': 'ask-question' },
      h('h2', { id: 'ask-question' }, question),
      h('p', {}, detail),
      h(
        'div',
        { class: 'row end' },
        button('Cancel', () => dialog.close('no'), { autofocus: true }),
        button(yes, () => dialog.close('yes'), { class: 'danger' }),
      ),
    );
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'yes');
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
