/** A text that people read: one for all languages, or one by language tag (`{ en: 'Name', de: 'Name' }`). */
export type FormText = string | Readonly<Record<string, string>>;

/** What can be chosen. The value alone is enough. */
export type FormOption = string | FormChoice;

export interface FormChoice {
  readonly value: string;
  readonly label?: FormText;
  readonly send?: string;
}

interface FieldCommon {
  readonly label: FormText;
  readonly required?: boolean;
  readonly property?: string;
  readonly autocomplete?: string;
  readonly placeholder?: FormText;
  readonly help?: FormText;
}

interface TextField extends FieldCommon {
  readonly type: 'text';
  readonly min?: number;
  readonly max?: number;
  readonly list?: boolean;
}

interface OtherTextField extends FieldCommon {
  readonly type: 'longtext' | 'name';
  readonly min?: number;
  readonly max?: number;
}

interface EmailField extends FieldCommon {
  readonly type: 'email';
}

interface PhoneField extends FieldCommon {
  readonly type: 'phone';
  readonly country?: string;
}

interface CountryField extends FieldCommon {
  readonly type: 'country';
  readonly send?: 'name' | 'code';
}

interface ChoiceField extends FieldCommon {
  readonly type: 'choice' | 'choices';
  readonly options: readonly FormOption[];
}

interface DateField extends FieldCommon {
  readonly type: 'date';
  readonly past?: boolean;
}

interface TimeField extends FieldCommon {
  readonly type: 'time';
}

interface NumberField extends FieldCommon {
  readonly type: 'number';
  readonly min?: number;
  readonly max?: number;
}

interface CheckboxField extends FieldCommon {
  readonly type: 'checkbox';
}

interface ConsentField extends FieldCommon {
  readonly type: 'consent';
  readonly text: FormText;
  readonly version: string;
  readonly subscription?: string;
  readonly legal?: FormLegalBasis;
}

/** Why the portal may write to the person; `basis` is one of HubSpot's words. */
export interface FormLegalBasis {
  readonly basis: string;
  readonly explanation: string;
}

interface UploadField extends FieldCommon {
  readonly type: 'upload';
  readonly accept?: readonly string[];
  readonly maxBytes?: number;
}

interface HiddenField extends FieldCommon {
  readonly type: 'hidden';
  readonly values?: readonly string[];
}

/** One field of a form, by its type. */
export type FieldDefinition =
  | TextField
  | OtherTextField
  | EmailField
  | PhoneField
  | CountryField
  | ChoiceField
  | DateField
  | TimeField
  | NumberField
  | CheckboxField
  | ConsentField
  | UploadField
  | HiddenField;

export type FieldType = FieldDefinition['type'];

/** What a field of a form holds, and what a static value can be. A list is one of choices. */
export type FormValue = string | number | boolean | readonly string[];

/** What was accepted of a form, by field; a field that was left empty is absent. */
export type FormValues = Readonly<Record<string, FormValue>>;

/** The deal that a submission makes. */
export interface FormDeal {
  readonly pipeline: string;
  readonly stage: string;
  readonly name?: (values: FormValues) => string;
  readonly amount?: string;
  readonly ownerId?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

/** A form of the website: what is asked, and what becomes of it at HubSpot. */
export interface FormDefinition {
  readonly title: FormText;
  readonly fields: Readonly<Record<string, FieldDefinition>>;
  readonly statics?: Readonly<Record<string, FormValue>>;
  readonly deal?: FormDeal;
  readonly activity?: false | { readonly title?: string };
  readonly success?: FormText;
  readonly submit?: FormText;
  readonly challenge?: string;
}

export type FormDefinitions = Readonly<Record<string, FormDefinition>>;

/** The keys of a form, with their meaning: checked by `defineConfig`, listed in the reference. */
export const FORM_KEYS = {
  title: 'What the form is called, for people: a text, or one by language.',
  fields: 'What is asked, by name, in the order shown. One field of the type `email` finds the contact.',
  statics: 'Properties of the contact that every submission sets.',
  deal: 'The deal that each submission makes, linked with the contact. Default: none.',
  activity:
    'The note on the contact with title and answers: `{ title }` names it otherwise, false leaves it out.',
  success: 'What the visitor reads once the form was received.',
  submit: 'What the button says.',
  challenge: 'The name of a challenge of `website.challenges` that the visitor has to solve.',
} as const;

/** The keys of a form's deal. */
export const FORM_DEAL_KEYS = {
  pipeline: 'Label or id of the pipeline.',
  stage: 'Label or id of the stage.',
  name: 'A function of the accepted values. Default: title and who it is.',
  amount: 'The field that holds the amount; one of the type `number`.',
  ownerId: 'Id of an owner. Default: HUBSPOT_OWNER_ID.',
  properties: 'Further properties of the deal: field to property.',
} as const;

/** The keys that a field of any type has. */
export const FORM_FIELD_KEYS = {
  type: 'One of the types below.',
  label: 'What people see: a text, or one by language.',
  required:
    'Whether it has to be filled in. Default false; the address that finds the contact always has to.',
  property:
    'The property of the contact that it sets. Default: none, and `email` for the field of the type `email`.',
  autocomplete: 'What a browser fills in by itself, in the words of HTML. Default by type.',
  placeholder: 'Shown in an empty field.',
  help: 'Shown below the field.',
} as const;

/** What each type of field takes, and the keys that only it has. */
export const FORM_FIELD_TYPES: Readonly<
  Record<FieldType, { readonly meaning: string; readonly keys: Readonly<Record<string, string>> }>
> = {
  email: { meaning: 'An address, in one spelling.', keys: {} },
  name: {
    meaning: 'A name of a person, capitalised with care; at most 255 characters.',
    keys: { min: 'Fewest characters.', max: 'Most characters. Default 255.' },
  },
  text: {
    meaning: 'One line; at most 500 characters.',
    keys: {
      min: 'Fewest characters.',
      max: 'Most characters. Default 500.',
      list: 'Takes a list of texts as well, joined by `;`. Default false.',
    },
  },
  longtext: {
    meaning: 'Several lines; at most 10,000 characters.',
    keys: { min: 'Fewest characters.', max: 'Most characters. Default 10,000.' },
  },
  phone: {
    meaning: 'A number, in international form; kept and flagged where it is none.',
    keys: {
      country:
        'Where numbers without a country belong: a field of the type `country`, or a code such as DE. Default `website.defaultCountry`.',
    },
  },
  country: {
    meaning: 'A country, kept as its ISO code; kept as it is and flagged where it is not known.',
    keys: { send: 'What the property gets: `name` (in English, the default) or `code`.' },
  },
  choice: {
    meaning: 'One of the options.',
    keys: { options: 'What can be chosen: a value, or an object of value, label and send.' },
  },
  choices: {
    meaning: 'Several of the options.',
    keys: { options: 'What can be chosen: a value, or an object of value, label and send.' },
  },
  date: {
    meaning: 'A day.',
    keys: { past: 'False refuses days before today. Default true.' },
  },
  time: { meaning: 'A time of day, with the visitor’s time zone where it is known.', keys: {} },
  number: { meaning: 'A number.', keys: { min: 'Smallest value.', max: 'Largest value.' } },
  checkbox: { meaning: 'Yes or no; a required one has to be ticked.', keys: {} },
  consent: {
    meaning: 'Something to agree to, kept with its text, version and time.',
    keys: {
      text: 'What the person agrees to: a text, or one by language.',
      version: 'Names this wording; to be changed with it.',
      subscription: 'Name or id of the kind of e-mail that is agreed to at HubSpot. Default: none.',
      legal:
        'Basis in HubSpot’s words, and explanation. Default CONSENT_WITH_NOTICE, with form, version and time.',
    },
  },
  upload: {
    meaning: 'A file that was uploaded before.',
    keys: {
      accept: 'Media types and endings: `.csv`, `text/csv`. Default: those of `website.uploads`.',
      maxBytes: 'Largest file. Default: that of `website.uploads`.',
    },
  },
  hidden: {
    meaning: 'Set by the page, such as the source of the visit; at most 500 characters.',
    keys: { values: 'The values that are taken. Default: any.' },
  },
};

/** The keys of an option. */
export const FORM_OPTION_KEYS = {
  value: 'What is stored; no two are the same but for case and spaces.',
  label: 'What people see: a text, or one by language. Default the value.',
  send: 'What the property gets. Default the value.',
} as const;

/** Most characters that a text takes where its field says nothing else. */
export const TEXT_LIMITS = { name: 255, text: 500, longtext: 10_000, hidden: 500 } as const;

/** The events of forms begin so: `form.contact`. */
export const FORM_EVENT = 'form.';

/** The field that finds the contact: the one of the type `email` that sets the property `email`. */
export function emailFieldOf(form: FormDefinition): string {
  const found = Object.entries(form.fields).find(
    ([, field]) => field.type === 'email' && (field.property ?? 'email') === 'email',
  );
  return found?.[0] ?? 'email';
}

/** The text in a language: its own, that of the language without its region, English, or the first that there is. */
export function textIn(text: FormText, language: string): string {
  if (typeof text === 'string') return text;
  const tag = Object.keys(text).find((each) => each.toLowerCase() === language.toLowerCase());
  const [primary = ''] = language.toLowerCase().split('-');
  for (const each of [tag, primary, 'en', Object.keys(text)[0]])
    if (each !== undefined && Object.hasOwn(text, each)) return text[each] ?? '';
  return '';
}

/** Every text of one thing, in whatever language. */
export function textsOf(text: FormText): readonly string[] {
  return typeof text === 'string' ? [text] : Object.values(text);
}

/** An option with nothing left out. */
export function choiceOf(option: FormOption): {
  readonly value: string;
  readonly label: FormText;
  readonly send: string;
} {
  const { value, label, send }: FormChoice = typeof option === 'string' ? { value: option } : option;
  return { value, label: label ?? value, send: send ?? value };
}

/** By which what somebody typed is compared: case and spaces are forgiven. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}
