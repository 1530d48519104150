import type {
  FieldDefinition,
  FormDeal,
  FormDefinition,
  FormLegalBasis,
  FormOption,
  FormText,
  FormValue,
} from '../../config/forms.ts';
import {
  COUNTRY,
  JOB_TITLE,
  MESSAGE,
  NEWSLETTER_LABEL,
  NEWSLETTER_TEXT,
  PERSON,
  PHONE,
  PREFERRED,
  PRIVACY_LABEL,
  PROJECT,
  PROJECT_DETAILS,
  REFERRAL,
  sampleFile,
  services,
} from './preset-fields.ts';

/** What can be said of a preset; whatever it makes can be spread and changed as well. */
export interface PresetOptions {
  readonly title?: FormText;
  readonly success?: FormText;
  /** Fields to add behind those of the preset, or to put in the place of one. */
  readonly fields?: Readonly<Record<string, FieldDefinition>>;
  /** Fields of the preset to leave out. */
  readonly without?: readonly string[];
  /** Beside those of the preset, or in their place. */
  readonly statics?: Readonly<Record<string, FormValue>>;
  readonly challenge?: string;
  /** A box that subscribes to a kind of e-mail. */
  readonly newsletter?: {
    readonly subscription: string;
    readonly version: string;
    readonly text?: FormText;
    readonly legal?: FormLegalBasis;
  };
  /** A box that has to be ticked. */
  readonly privacy?: { readonly text: FormText; readonly version: string };
}

/** Of the two forms that make a deal. */
export interface RequestOptions extends PresetOptions {
  /** Default: HubSpot's own sales pipeline; false makes none. */
  readonly deal?: FormDeal | false;
  /** What can be chosen. Default implementation, integration, training, support. */
  readonly services?: readonly FormOption[];
  /** Asks for a file, which needs `website.uploads`. Default false. */
  readonly upload?: boolean;
}

/** HubSpot's own pipeline of deals, and stages that every portal is made with. */
const PIPELINE = 'default';
const DEMO_STAGE = 'appointmentscheduled';
const QUOTE_STAGE = 'qualifiedtobuy';

/** A form for any message: names, address, company, country, phone, message. Sets form_type and the lifecycle stage lead. */
export function contactForm(options: PresetOptions = {}): FormDefinition {
  return preset(options, {
    title: { en: 'Contact us', de: 'Kontakt', es: 'Contacto' },
    fields: { ...PERSON, country: COUNTRY, phone: PHONE, message: { ...MESSAGE, required: true } },
    statics: { form_type: 'contact', lifecyclestage: 'lead' },
  });
}

/** A form that asks for a demonstration, with a date and a time. Makes a deal; sets form_type and the lifecycle stage salesqualifiedlead. */
export function demoRequestForm(options: RequestOptions = {}): FormDefinition {
  return request(options, {
    title: { en: 'Request a demo', de: 'Vorführung anfragen', es: 'Solicitar una demostración' },
    stage: DEMO_STAGE,
    own: PREFERRED,
    statics: { form_type: 'demo_request', lifecyclestage: 'salesqualifiedlead' },
  });
}

/** A form that asks for a quote, with budget and timeline. Makes a deal; sets form_type and the lifecycle stage opportunity. */
export function quoteRequestForm(options: RequestOptions = {}): FormDefinition {
  return request(options, {
    title: { en: 'Request a quote', de: 'Angebot anfragen', es: 'Solicitar un presupuesto' },
    stage: QUOTE_STAGE,
    own: PROJECT,
    statics: { form_type: 'quote_request', lifecyclestage: 'opportunity' },
  });
}

/** A form that takes a file and an address; needs `website.uploads`. */
export function uploadForm(options: PresetOptions = {}): FormDefinition {
  return preset(options, {
    title: { en: 'Send us sample data', de: 'Beispieldaten senden', es: 'Enviar datos de muestra' },
    fields: { email: PERSON.email, uploadId: sampleFile(true) },
    statics: { form_type: 'sample_data' },
  });
}

function request(
  options: RequestOptions,
  given: {
    readonly title: FormText;
    readonly stage: string;
    readonly own: Readonly<Record<string, FieldDefinition>>;
    readonly statics: Readonly<Record<string, FormValue>>;
  },
): FormDefinition {
  const { deal = { pipeline: PIPELINE, stage: given.stage } } = options;
  const form = preset(options, {
    title: given.title,
    fields: {
      ...PERSON,
      jobTitle: JOB_TITLE,
      country: COUNTRY,
      phone: PHONE,
      serviceInterests: services(options.services),
      projectDetails: PROJECT_DETAILS,
      ...given.own,
      referralSource: REFERRAL,
      ...(options.upload ? { uploadId: sampleFile(false) } : {}),
    },
    statics: given.statics,
  });
  return deal === false ? form : { ...form, deal };
}

function preset(
  { title, success, fields = {}, without = [], statics, challenge, newsletter, privacy }: PresetOptions,
  usual: Pick<FormDefinition, 'title' | 'fields' | 'statics'>,
): FormDefinition {
  const all: Readonly<Record<string, FieldDefinition>> = {
    ...usual.fields,
    ...fields,
    ...(newsletter === undefined
      ? {}
      : {
          newsletter: {
            type: 'consent',
            label: NEWSLETTER_LABEL,
            text: NEWSLETTER_TEXT,
            ...newsletter,
          } as const,
        }),
    ...(privacy === undefined
      ? {}
      : { privacy: { type: 'consent', label: PRIVACY_LABEL, required: true, ...privacy } as const }),
  };
  const kept = Object.entries(all).filter(([name]) => !without.includes(name));
  return {
    title: title ?? usual.title,
    fields: Object.fromEntries(kept.map(([name, field]) => [name, withoutCountry(field, without)])),
    statics: { ...usual.statics, ...statics },
    ...(success === undefined ? {} : { success }),
    ...(challenge === undefined ? {} : { challenge }),
  };
}

/** A phone number cannot be read with a field that is left out. */
function withoutCountry(field: FieldDefinition, without: readonly string[]): FieldDefinition {
  if (field.type !== 'phone' || field.country === undefined || !without.includes(field.country)) return field;
  const { country: _, ...rest } = field;
  return rest;
}
