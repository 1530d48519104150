import { z } from 'zod';
import type { EventDefinition } from '../config/define-config.ts';
import type { FormValue } from '../config/forms.ts';
import type { RecordRef } from './effects.ts';
import { type JsonForm, readJsonMapping } from './json-form.ts';
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

/** As `defineConfig` takes it. */
const EVENT_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;
const EVENT_RULE = 'Use 1 to 100 letters, digits, "_", "." or "-", a letter first.';
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
  const forms = readJsonMapping(mapping, { form: EVENT_NAME, rule: EVENT_RULE });
  return Object.fromEntries(forms.map((form) => [form.name, eventOf(form)]));
}

function eventOf({ emailField, fields, statics }: JsonForm): EventDefinition {
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

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
