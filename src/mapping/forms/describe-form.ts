import { acceptedEndings } from '../../config/file-kinds.ts';
import {
  choiceOf,
  emailFieldOf,
  type FieldDefinition,
  type FieldType,
  type FormDefinition,
  TEXT_LIMITS,
  textIn,
} from '../../config/forms.ts';
import { MAX_UPLOAD_BYTES, type UploadsConfig } from '../../config/uploads.ts';
import { countriesIn } from '../transforms/country.ts';
import { type FormTexts, formLanguage, formTexts } from './form-texts.ts';

/** A form as a page needs it to show and check it, in one language. */
export interface FormDescription {
  readonly form: string;
  readonly title: string;
  readonly language: string;
  readonly fields: readonly FieldDescription[];
  /** By code, with `{max}` and the like for what the field says of itself. */
  readonly messages: Readonly<Record<string, string>>;
  readonly success: string;
  readonly submit: string;
}

export interface FieldDescription {
  readonly name: string;
  readonly type: FieldType;
  readonly label: string;
  readonly required: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  /** Endings of the files that are taken. */
  readonly accept?: readonly string[];
  readonly maxBytes?: number;
  readonly text?: string;
  readonly version?: string;
  /** False: days before today are refused. */
  readonly past?: boolean;
  readonly autocomplete?: string;
  readonly placeholder?: string;
  readonly help?: string;
}

/** What `website` says beside the form. */
export interface DescribeOptions {
  readonly messages?: FormTexts | undefined;
  readonly uploads?: Pick<UploadsConfig, 'accept' | 'maxBytes'> | undefined;
}

const AUTOCOMPLETE: Partial<Readonly<Record<FieldType, string>>> = {
  email: 'email',
  phone: 'tel',
  country: 'country',
  name: 'name',
};

/** Describes a form for a page. Nothing of it is secret: where its values go at HubSpot is left out. */
export function describeForm(
  name: string,
  form: FormDefinition,
  wanted: string,
  { messages = {}, uploads = {} }: DescribeOptions = {},
): FormDescription {
  const language = formLanguage(wanted, form, messages);
  const texts = formTexts(language, messages);
  const finder = emailFieldOf(form);
  return {
    form: name,
    title: textIn(form.title, language),
    language,
    fields: Object.entries(form.fields).map(([field, definition]) =>
      describeField(field, definition, {
        language,
        required: definition.required ?? field === finder,
        uploads,
      }),
    ),
    messages: texts,
    success: form.success === undefined ? texts.SUCCESS : textIn(form.success, language),
    submit: form.submit === undefined ? texts.SUBMIT : textIn(form.submit, language),
  };
}

interface FieldFacts {
  readonly language: string;
  readonly required: boolean;
  readonly uploads: NonNullable<DescribeOptions['uploads']>;
}

function describeField(
  name: string,
  field: FieldDefinition,
  { language, required, uploads }: FieldFacts,
): FieldDescription {
  const { type, label, placeholder, help } = field;
  const autocomplete = field.autocomplete ?? AUTOCOMPLETE[type];
  return {
    name,
    type,
    label: textIn(label, language),
    required,
    ...ofType(field, language, uploads),
    ...(autocomplete === undefined ? {} : { autocomplete }),
    ...(placeholder === undefined ? {} : { placeholder: textIn(placeholder, language) }),
    ...(help === undefined ? {} : { help: textIn(help, language) }),
  };
}

function ofType(
  field: FieldDefinition,
  language: string,
  uploads: FieldFacts['uploads'],
): Partial<FieldDescription> {
  switch (field.type) {
    case 'name':
    case 'text':
    case 'longtext':
      return {
        ...(field.min === undefined ? {} : { min: field.min }),
        max: field.max ?? TEXT_LIMITS[field.type],
      };
    case 'number':
      return {
        ...(field.min === undefined ? {} : { min: field.min }),
        ...(field.max === undefined ? {} : { max: field.max }),
      };
    case 'choice':
    case 'choices':
      return {
        options: field.options
          .map(choiceOf)
          .map(({ value, label }) => ({ value, label: textIn(label, language) })),
      };
    case 'country':
      return { options: countriesIn(language) };
    case 'date':
      return field.past === undefined ? {} : { past: field.past };
    case 'consent':
      return { text: textIn(field.text, language), version: field.version };
    case 'upload':
      return {
        accept: acceptedEndings(uploads.accept, field.accept),
        maxBytes: Math.min(uploads.maxBytes ?? MAX_UPLOAD_BYTES, field.maxBytes ?? Infinity),
      };
    default:
      return {};
  }
}
