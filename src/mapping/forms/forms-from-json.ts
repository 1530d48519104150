import type { FieldDefinition, FormDefinition } from '../../config/forms.ts';
import { type JsonForm, readJsonMapping } from '../json-form.ts';

const FORM_NAME = /^[a-z][a-z0-9_]{0,62}$/;
const FORM_RULE = 'Use 1 to 63 lower-case letters, digits and "_", a letter first.';

/** What a field is, without what only its form knows. */
type Guess = FieldDefinition extends infer Field
  ? Field extends FieldDefinition
    ? Omit<Field, 'label' | 'property'>
    : never
  : never;

export interface JsonFormOptions {
  /** What the fields of a property are, where the guess is wrong: `{ service_interest: { type: 'choices', options: […] } }`. */
  readonly fields?: Readonly<Record<string, Guess>>;
}

/** By which the type of a field is guessed from its property, first match first. */
const GUESSES: readonly (readonly [property: RegExp, guess: Guess])[] = [
  [/^email$/, { type: 'email' }],
  [/^(?:firstname|lastname)$/, { type: 'name' }],
  [/^(?:mobile)?phone$/, { type: 'phone' }],
  [/^country$/, { type: 'country' }],
  [/_date$/, { type: 'date' }],
  [/_time$/, { type: 'time' }],
  [/^message$|_(?:description|details|message|notes)$/, { type: 'longtext' }],
  [/^sample_data_reference$/, { type: 'upload' }],
];
/** Lists of choices are common in such mappings, and their options are not in them. */
const OTHER: Guess = { type: 'text', list: true };

/**
 * Forms made from a mapping in JSON, as it is found in the wild: by form, `field_mapping` from fields to properties of the contact, and
 * `static_values`. The types of fields are guessed from the properties: addresses, names, phone numbers, countries, days, times, long texts
 * and uploads; all others are texts, or lists of texts. What each form returns can be spread and changed.
 *
 * @throws SpokeError CONFIG_INVALID with every problem of the mapping and its place.
 */
export function formsFromJson<const Mapping>(
  mapping: Mapping,
  options?: JsonFormOptions,
): { readonly [Name in keyof Mapping & string]: FormDefinition };
export function formsFromJson(
  mapping: unknown,
  { fields = {} }: JsonFormOptions = {},
): Readonly<Record<string, FormDefinition>> {
  const forms = readJsonMapping(mapping, { form: FORM_NAME, rule: FORM_RULE });
  return Object.fromEntries(forms.map((form) => [form.name, formOf(form, fields)]));
}

function formOf({ name, fields, statics }: JsonForm, given: Readonly<Record<string, Guess>>): FormDefinition {
  const country = fields.find(([, property]) => property === 'country')?.[0];
  return {
    title: words(name),
    fields: Object.fromEntries(
      fields.map(([field, property]): [string, FieldDefinition] => {
        const guess = Object.hasOwn(given, property) ? given[property] : undefined;
        const of = guess ?? GUESSES.find(([pattern]) => pattern.test(property))?.[1] ?? OTHER;
        const hint = of.type === 'phone' && country !== undefined ? { country } : {};
        return [field, { label: words(field), property, ...hint, ...of }];
      }),
    ),
    statics,
  };
}

/** `firstName` and `first_name` become `First name`. */
function words(name: string): string {
  const text = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
    .trim();
  return text === '' ? name : text.charAt(0).toUpperCase() + text.slice(1);
}
