import { z } from 'zod';
import { type ConfigProblem, isRecord, unknownKeys } from '../config/config-problem.ts';
import type { EventDefinition } from '../config/define-config.ts';
import type { FormValue } from '../config/forms.ts';
import { SpokeError } from '../errors.ts';
import type { RecordRef } from './effects.ts';
import { contactByEmail } from './record-refs.ts';
import type { PropertyValue } from './transforms/encode-value.ts';
import { personName } from './transforms/person-name.ts';
import { filledText } from './transforms/text.ts';
import { upsertContact } from './upserts.ts';

/** One form or event of a mapping in JSON. */
export interface JsonMappingEntry {
  /** Field of the form to property of the contact; one of them to `email`. */
  readonly field_mapping: Readonly<Record<string, string>>;
  /** Properties that every submission sets. */
  readonly static_values?: Readonly<Record<string, FormValue>>;
}

type PayloadOfEntry<Entry> = Entry extends { readonly field_mapping: infer Fields }
  ? { readonly [Field in keyof Fields & string]?: FormValue | null | undefined }
  : Readonly<Record<string, unknown>>;

/** The events of a mapping; names and fields are known to the compiler where those of the mapping are. */
export type EventsOfJson<Mapping> = {
  readonly [Name in keyof Mapping & string]: EventDefinition<
    z.ZodType<PayloadOfEntry<Mapping[Name]>, PayloadOfEntry<Mapping[Name]>>,
    readonly []
  >;
};

/** Checked and by field, so that nothing of the mapping has to be looked at again for each event. */
interface Form {
  readonly emailField: string;
  readonly fields: readonly (readonly [field: string, property: string])[];
  readonly statics: Readonly<Record<string, PropertyValue>>;
}

/** As `defineConfig` takes it. */
const EVENT_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;
/** As HubSpot names properties. */
const PROPERTY = /^[a-z][a-z0-9_]{0,99}$/;
const KEYS = { field_mapping: '', static_values: '' };
const NAMES: readonly string[] = ['firstname', 'lastname'];

const fieldSchema = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).nullish();

/**
 * Events made from a mapping in JSON, as it is found in the wild: by form or event, `field_mapping` from fields to properties of the
 * contact, and `static_values`. Each event finds or creates the contact of the address in the field that is mapped to `email`,
 * and sets the mapped and the static values: names capitalised with care, texts cleaned, lists as choices. What a submission leaves
 * empty stays as it is; fields that are not mapped are left out.
 *
 * @throws SpokeError CONFIG_INVALID with every problem of the mapping and its place.
 */
export function eventsFromJson<const Mapping>(mapping: Mapping): EventsOfJson<Mapping>;
export function eventsFromJson(mapping: unknown): Readonly<Record<string, EventDefinition>> {
  const problems: ConfigProblem[] = [];
  const events: Record<string, EventDefinition> = {};
  if (!isRecord(mapping) || Object.keys(mapping).length === 0) {
    const message = 'Give an object { "form": { "field_mapping": { "email": "email", … } } }.';
    problems.push({ name: 'mapping', message });
  } else {
    for (const [name, entry] of Object.entries(mapping)) {
      const form = readForm(name, entry, problems);
      if (form !== undefined) events[name] = eventOf(form);
    }
  }
  if (problems.length === 0) return events;
  const lines = problems.map((problem) => `\n  ${problem.name}: ${problem.message}`).join('');
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw new SpokeError('CONFIG_INVALID', `The JSON mapping has ${count}:${lines}`, { facts: { problems } });
}

function eventOf({ emailField, fields, statics }: Form): EventDefinition {
  const contactOf = (payload: Readonly<Record<string, unknown>>): RecordRef =>
    contactByEmail(String(payload[emailField] ?? ''));
  const payload = z.object({
    ...Object.fromEntries(fields.map(([field]) => [field, fieldSchema])),
    [emailField]: z.string(),
  });
  const definition: EventDefinition<typeof payload> = {
    payload,
    record: contactOf,
    effects(values: Readonly<Record<string, unknown>>) {
      const mapped = fields
        .filter(([field]) => field !== emailField)
        .map(([field, property]) => [property, valueFor(property, values[field])] as const);
      return [upsertContact(contactOf(values), { ...Object.fromEntries(mapped), ...statics })];
    },
    sample: { [emailField]: 'sample@example.com' },
  };
  return definition;
}

function valueFor(property: string, value: unknown): PropertyValue | undefined {
  if (typeof value === 'string') return NAMES.includes(property) ? personName(value) : filledText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  // An empty list would clear the property; the form was merely left empty.
  return isTexts(value) && value.length > 0 ? value : undefined;
}

/** Undefined, with problems reported, when the entry is none. */
function readForm(name: string, entry: unknown, problems: ConfigProblem[]): Form | undefined {
  const before = problems.length;
  const report = (message: string, place = name) => problems.push({ name: place, message });
  if (!EVENT_NAME.test(name)) report('Use 1 to 100 letters, digits, "_", "." or "-", a letter first.');
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
      if (typeof property !== 'string' || !PROPERTY.test(property)) report(noProperty(property), place);
      else if (owner !== undefined) report(`${property} is already the property of ${owner}.`, place);
      else {
        owners.set(property, field);
        fields.push([field, property]);
      }
    }
    if (!owners.has('email'))
      report('No field is mapped to email: the contact could not be found.', `${name}.field_mapping`);
  }
  const statics: Record<string, PropertyValue> = {};
  if (!isRecord(given)) report('Give an object { "property": value }.', `${name}.static_values`);
  else {
    for (const [property, value] of Object.entries(given)) {
      const place = `${name}.static_values.${property}`;
      const owner = owners.get(property);
      if (!PROPERTY.test(property)) report(noProperty(property), place);
      else if (property === 'email') report('The address comes from a field: map one to email.', place);
      else if (owner !== undefined) report(`${owner} is mapped to it already: remove one.`, place);
      else if (!isFormValue(value)) report('Give a text, a number, a boolean or a list of texts.', place);
      else statics[property] = value;
    }
  }
  if (problems.length > before) return undefined;
  return { emailField: owners.get('email') ?? 'email', fields, statics };
}

function isFormValue(value: unknown): value is FormValue {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'string' || typeof value === 'boolean' || isTexts(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function noProperty(value: unknown): string {
  const shown =
    typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : `A value of type ${typeof value}`;
  return `${shown} is no name of a property: lower-case letters, digits and "_", a letter first.`;
}
