import type { FieldDefinition, FormOption, FormText } from '../../config/forms.ts';

const text = (en: string, de: string, es: string): FormText => ({ en, de, es });

/** What can be chosen where a preset is given no services. */
export const USUAL_SERVICES: readonly FormOption[] = [
  { value: 'implementation', label: text('Implementation', 'Einführung', 'Implantación') },
  { value: 'integration', label: text('Integration', 'Anbindung', 'Integración') },
  { value: 'training', label: text('Training', 'Schulung', 'Formación') },
  { value: 'support', label: text('Support', 'Betreuung', 'Soporte') },
];

/** Who it is. */
export const PERSON = {
  firstName: {
    type: 'name',
    label: text('First name', 'Vorname', 'Nombre'),
    property: 'firstname',
    autocomplete: 'given-name',
    required: true,
  },
  lastName: {
    type: 'name',
    label: text('Last name', 'Nachname', 'Apellidos'),
    property: 'lastname',
    autocomplete: 'family-name',
    required: true,
  },
  email: { type: 'email', label: text('E-mail', 'E-Mail', 'Correo electrónico'), property: 'email' },
  company: {
    type: 'text',
    label: text('Company', 'Unternehmen', 'Empresa'),
    property: 'company',
    autocomplete: 'organization',
  },
} as const satisfies Readonly<Record<string, FieldDefinition>>;

export const JOB_TITLE: FieldDefinition = {
  type: 'text',
  label: text('Job title', 'Position', 'Cargo'),
  property: 'jobtitle',
  autocomplete: 'organization-title',
};

export const COUNTRY: FieldDefinition = {
  type: 'country',
  label: text('Country', 'Land', 'País'),
  property: 'country',
};

/** Read with the country beside it. */
export const PHONE: FieldDefinition = {
  type: 'phone',
  label: text('Phone', 'Telefon', 'Teléfono'),
  property: 'phone',
  country: 'country',
};

export const MESSAGE: FieldDefinition = {
  type: 'longtext',
  label: text('Message', 'Nachricht', 'Mensaje'),
  property: 'message',
};

export const PROJECT_DETAILS: FieldDefinition = {
  type: 'longtext',
  label: text('What is it about?', 'Worum geht es?', '¿De qué se trata?'),
  property: 'project_description',
};

export const REFERRAL: FieldDefinition = {
  type: 'text',
  label: text('How did you hear of us?', 'Wie haben Sie von uns erfahren?', '¿Cómo nos ha conocido?'),
  property: 'lead_source',
};

export const PREFERRED = {
  preferredDate: {
    type: 'date',
    label: text('Preferred date', 'Wunschtermin', 'Fecha preferida'),
    property: 'preferred_demo_date',
    past: false,
  },
  preferredTime: {
    type: 'time',
    label: text('Preferred time', 'Gewünschte Uhrzeit', 'Hora preferida'),
    property: 'preferred_demo_time',
  },
} as const satisfies Readonly<Record<string, FieldDefinition>>;

export const PROJECT = {
  budget: { type: 'text', label: text('Budget', 'Budget', 'Presupuesto'), property: 'budget' },
  timeline: {
    type: 'text',
    label: text('Timeline', 'Zeitrahmen', 'Plazo'),
    property: 'project_timeline',
  },
} as const satisfies Readonly<Record<string, FieldDefinition>>;

export function services(options: readonly FormOption[] = USUAL_SERVICES): FieldDefinition {
  return {
    type: 'choices',
    label: text('Services', 'Leistungen', 'Servicios'),
    property: 'service_interest',
    options,
  };
}

export function sampleFile(required: boolean): FieldDefinition {
  return {
    type: 'upload',
    label: text('Sample data', 'Beispieldaten', 'Datos de muestra'),
    property: 'sample_data_reference',
    required,
  };
}

export const NEWSLETTER_TEXT = text(
  'Yes, send me news by e-mail. I can unsubscribe at any time.',
  'Ja, ich möchte Neuigkeiten per E-Mail erhalten. Ich kann mich jederzeit abmelden.',
  'Sí, quiero recibir novedades por correo electrónico. Puedo darme de baja en cualquier momento.',
);
export const NEWSLETTER_LABEL = text('Newsletter', 'Newsletter', 'Boletín');
export const PRIVACY_LABEL = text('Privacy', 'Datenschutz', 'Privacidad');
