import { type ConfigProblem, isRecord, unknownKeys } from '../config/config-problem.ts';
import type { FormValue } from '../config/forms.ts';
import { isFormValue, PROPERTY_NAME } from '../config/property-name.ts';
import { SpokeError } from '../errors.ts';

/** One entry of a mapping in JSON, checked, and by field. */
export interface JsonForm {
  readonly name: string;
  /** The one that is mapped to `email`. */
  readonly emailField: string;
  readonly fields: readonly (readonly [field: string, property: string])[];
  readonly statics: Readonly<Record<string, FormValue>>;
}

const KEYS = { field_mapping: '', static_values: '' };

/**
 * Reads a mapping in JSON, as it is found in the wild: by form or event, `field_mapping` and `static_values`. `names` is what a
 * name has to look like, with the sentence that says so.
 *
 * @throws SpokeError CONFIG_INVALID with every problem of the mapping and its place.
 */
export function readJsonMapping(
  mapping: unknown,
  names: { readonly form: RegExp; readonly rule: string },
): readonly JsonForm[] {
  const problems: ConfigProblem[] = [];
  const forms: JsonForm[] = [];
  if (!isRecord(mapping) || Object.keys(mapping).length === 0) {
    const message = 'Give an object { "form": { "field_mapping": { "email": "email", … } } }.';
    problems.push({ name: 'mapping', message });
  } else {
    for (const [name, entry] of Object.entries(mapping)) {
      if (!names.form.test(name)) problems.push({ name, message: names.rule });
      const form = readForm(name, entry, problems);
      if (form !== undefined) forms.push(form);
    }
  }
  if (problems.length === 0) return forms;
  const lines = problems.map((problem) => `\n  ${problem.name}: ${problem.message}`).join('');
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw new SpokeError('CONFIG_INVALID', `The JSON mapping has ${count}:${lines}`, { facts: { problems } });
}

/** Undefined, with problems reported, when the entry is none. */
function readForm(name: string, entry: unknown, problems: ConfigProblem[]): JsonForm | undefined {
  const before = problems.length;
  const report = (message: string, place = name) => problems.push({ name: place, message });
  if (!isRecord(entry)) {
    report('Give an object with field_mapping, and static_values if there are any.');
    return undefined;
  }
  problems.push(...unknownKeys(name, entry, KEYS));
  const { field_mapping: mapping, static_values: given = {} } = entry;
  const fields: (readonly [string, string])[] = [];
  const owners = new Map<string, string>();
  if (!isRecord(mapping)) report('Give an object { "field": "property" }.', `${name}.field_mapping`);
  else {
    for (const [field, property] of Object.entries(mapping)) {
      const place = `${name}.field_mapping.${field}`;
      const owner = typeof property === 'string' ? owners.get(property) : undefined;
      if (typeof property !== 'string' || !PROPERTY_NAME.test(property)) report(noProperty(property), place);
      else if (owner !== undefined) report(`${property} is already the property of ${owner}.`, place);
      else {
        owners.set(property, field);
        fields.push([field, property]);
      }
    }
    if (!owners.has('email'))
      report('No field is mapped to email: the contact could not be found.', `${name}.field_mapping`);
  }
  const statics: Record<string, FormValue> = {};
  if (!isRecord(given)) report('Give an object { "property": value }.', `${name}.static_values`);
  else {
    for (const [property, value] of Object.entries(given)) {
      const place = `${name}.static_values.${property}`;
      const owner = owners.get(property);
      if (!PROPERTY_NAME.test(property)) report(noProperty(property), place);
      else if (property === 'email') report('The address comes from a field: map one to email.', place);
      else if (owner !== undefined) report(`${owner} is mapped to it already: remove one.`, place);
      else if (!isFormValue(value)) report('Give a text, a number, a boolean or a list of texts.', place);
      else statics[property] = value;
    }
  }
  if (problems.length > before) return undefined;
  return { name, emailField: owners.get('email') ?? 'email', fields, statics };
}

function noProperty(value: unknown): string {
  const shown =
    typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : `A value of type ${typeof value}`;
  return `${shown} is no name of a property: lower-case letters, digits and "_", a letter first.`;
}
