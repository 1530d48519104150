import {
  choiceOf,
  type FieldDefinition,
  type FormDefinitions,
  type FormValue,
  textIn,
} from '../config/forms.ts';
import type { PropertyDraft } from '../config/portal-definition.ts';
import { SUBMISSION_PROPERTY } from '../mapping/forms/form-event.ts';

/** What people in HubSpot read. */
const LANGUAGE = 'en';
/** Names that only HubSpot gives. */
const HUBSPOTS = /^hs_/;

/** What uploads set on their contact. */
const OF_UPLOADS: readonly PropertyDraft[] = [
  { name: 'last_file_upload_date', type: 'datetime' },
  { name: 'file_upload_count', type: 'number' },
  { name: 'last_file_type' },
  { name: 'last_file_quality_score', type: 'number' },
  { name: 'sample_data_reference' },
];

/** The properties that the forms of a config set, by object type; of two forms that share one, the options of both. */
export function formProperties(
  forms: FormDefinitions = {},
  takesUploads = false,
): Readonly<Record<'contacts' | 'deals', readonly PropertyDraft[]>> {
  const contacts = new Map<string, PropertyDraft>();
  const deals = new Map<string, PropertyDraft>();
  for (const { fields, statics = {}, deal } of Object.values(forms)) {
    for (const field of Object.values(fields))
      if (field.property !== undefined) add(contacts, ofField(field.property, field));
    for (const [name, value] of Object.entries(statics)) add(contacts, ofStatic(name, value));
    if (deal === undefined) continue;
    add(deals, {
      name: SUBMISSION_PROPERTY,
      label: 'Submission',
      unique: true,
      description: 'The submission of a form that made this deal. Set by Spoke.',
    });
    for (const [name, property] of Object.entries(deal.properties ?? {})) {
      const field = fields[name];
      if (field !== undefined) add(deals, ofField(property, field));
    }
  }
  if (takesUploads) for (const draft of OF_UPLOADS) add(contacts, draft);
  return { contacts: [...contacts.values()], deals: [...deals.values()] };
}

function add(to: Map<string, PropertyDraft>, draft: PropertyDraft): void {
  if (HUBSPOTS.test(draft.name)) return;
  const before = to.get(draft.name);
  const options = [...(before?.options ?? []), ...(draft.options ?? [])];
  const valueIn = (option: (typeof options)[number]) => (typeof option === 'string' ? option : option.value);
  // A static value can be one of the options of another form: what knows its options says the type.
  const kept = before?.options === undefined && draft.options !== undefined ? draft : (before ?? draft);
  const each = options.filter(
    (one, place) => options.findIndex((other) => valueIn(other) === valueIn(one)) === place,
  );
  to.set(draft.name, kept.options === undefined ? kept : { ...kept, options: each });
}

function ofField(name: string, field: FieldDefinition): PropertyDraft {
  const label = textIn(field.label, LANGUAGE);
  switch (field.type) {
    case 'longtext':
      return { name, label, fieldType: 'textarea' };
    case 'phone':
      return { name, label, fieldType: 'phonenumber' };
    case 'choice':
    case 'choices':
      return {
        name,
        label,
        type: 'enumeration',
        fieldType: field.type === 'choices' ? 'checkbox' : 'select',
        options: field.options.map(choiceOf).map((choice) => ({
          value: choice.send,
          label: textIn(choice.label, LANGUAGE),
        })),
      };
    case 'date':
      return { name, label, type: 'date' };
    case 'number':
      return { name, label, type: 'number' };
    case 'checkbox':
    case 'consent':
      return { name, label, type: 'bool' };
    default:
      return { name, label };
  }
}

function ofStatic(name: string, value: FormValue): PropertyDraft {
  if (typeof value === 'number') return { name, type: 'number' };
  if (typeof value === 'boolean') return { name, type: 'bool' };
  if (typeof value === 'string') return { name };
  return { name, type: 'enumeration', fieldType: 'checkbox', options: value };
}
