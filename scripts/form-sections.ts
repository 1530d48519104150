import { FIELD_CODES, FORM_TEXT_CODES } from '../src/config/form-codes.ts';
import {
  FORM_DEAL_KEYS,
  FORM_FIELD_KEYS,
  FORM_FIELD_TYPES,
  FORM_KEYS,
  FORM_OPTION_KEYS,
} from '../src/config/forms.ts';
import { UPLOADS_KEYS } from '../src/config/uploads.ts';
import { CHALLENGE_KEYS, LIMIT_KEYS, WEBSITE_KEYS } from '../src/config/website.ts';
import { code, table } from './markdown.ts';

/** What the reference of the config says of forms and the website. */
export function formSections(): string[] {
  return [
    '## Keys of a form',
    '`forms` holds one entry for each form, by its name: lower-case letters, digits and `_`. [The guide](../guides/forms.md) shows them at work.',
    table(['key', 'meaning'], rowsOf(FORM_KEYS)),
    '### Keys of a field',
    table(['key', 'meaning'], rowsOf(FORM_FIELD_KEYS)),
    '### Types of fields',
    table(
      ['type', 'takes', 'own keys'],
      Object.entries(FORM_FIELD_TYPES).map(([type, { meaning, keys }]) => [
        code(type),
        meaning,
        rowsOf(keys)
          .map((row) => row.join(': '))
          .join(' '),
      ]),
    ),
    '### Keys of an option of a field',
    table(['key', 'meaning'], rowsOf(FORM_OPTION_KEYS)),
    '### Keys of the deal of a form',
    table(['key', 'meaning'], rowsOf(FORM_DEAL_KEYS)),
    '### Codes of fields',
    'What stands in `codes` of an answer that was not accepted.',
    table(['code', 'meaning'], rowsOf(FIELD_CODES)),
    '## Keys of the website',
    table(['key', 'meaning'], rowsOf(WEBSITE_KEYS)),
    '### Keys of limits',
    table(['key', 'meaning'], rowsOf(LIMIT_KEYS)),
    '### Keys of a challenge',
    table(['key', 'meaning'], rowsOf(CHALLENGE_KEYS)),
    '### Keys of uploads',
    table(['key', 'meaning'], rowsOf(UPLOADS_KEYS)),
    '`website.messages` also takes other texts around the fields: ' +
      `${Object.entries(FORM_TEXT_CODES)
        .filter(([key]) => !(key in FIELD_CODES))
        .map(([key, meaning]) => `${code(key)} (${meaning.replace(/\.$/, '').toLowerCase()})`)
        .join(', ')}.`,
  ];
}

function rowsOf(keys: object): string[][] {
  return Object.entries(keys).map(([key, meaning]) => [code(key), String(meaning)]);
}
