import type { FormTextCode } from '../../config/form-codes.ts';
import type { FormDefinition } from '../../config/forms.ts';

type Texts = Readonly<Record<FormTextCode, string>>;
export type FormTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

const ENGLISH: Texts = {
  REQUIRED: 'Please fill this in.',
  EMAIL_INVALID: 'Please enter a valid e-mail address.',
  TOO_LONG: 'Please use at most {max} characters.',
  TOO_SHORT: 'Please use at least {min} characters.',
  NOT_TEXT: 'Please enter text.',
  NOT_A_CHOICE: 'Please choose one of the options.',
  DATE_INVALID: 'Please enter a date, for example 2026-12-24.',
  DATE_PAST: 'Please choose a date that is not in the past.',
  TIME_INVALID: 'Please enter a time, for example 14:30.',
  NUMBER_INVALID: 'Please enter a number.',
  OUT_OF_RANGE: 'This number is outside of what is possible.',
  CONSENT_REQUIRED: 'Please agree to this, or leave the form.',
  UPLOAD_UNKNOWN: 'This file is not there any more. Please upload it again.',
  UPLOAD_TOO_LARGE: 'This file is too large.',
  UPLOAD_TYPE: 'Files of this kind are not taken.',
  SUBMIT: 'Send',
  SENDING: 'Sending …',
  CHOOSE: 'Please choose',
  OPTIONAL: 'optional',
  UPLOADING: 'Uploading …',
  UPLOAD_EMPTY: 'This file is empty.',
  SUCCESS: 'Thank you. We have received your message.',
  INVALID: 'Please look at the marked fields.',
  FAILED: 'This could not be sent. Please try again.',
  OFFLINE: 'You are offline. The form is sent as soon as there is a connection.',
  RATE: 'That was a lot at once. Please try again in a few minutes.',
};

const GERMAN: Texts = {
  REQUIRED: 'Bitte füllen Sie dieses Feld aus.',
  EMAIL_INVALID: 'Bitte geben Sie eine gültige E-Mail-Adresse ein.',
  TOO_LONG: 'Bitte verwenden Sie höchstens {max} Zeichen.',
  TOO_SHORT: 'Bitte verwenden Sie mindestens {min} Zeichen.',
  NOT_TEXT: 'Bitte geben Sie Text ein.',
  NOT_A_CHOICE: 'Bitte wählen Sie eine der Möglichkeiten.',
  DATE_INVALID: 'Bitte geben Sie ein Datum ein, zum Beispiel 24.12.2026.',
  DATE_PAST: 'Bitte wählen Sie ein Datum, das nicht in der Vergangenheit liegt.',
  TIME_INVALID: 'Bitte geben Sie eine Uhrzeit ein, zum Beispiel 14:30.',
  NUMBER_INVALID: 'Bitte geben Sie eine Zahl ein.',
  OUT_OF_RANGE: 'Diese Zahl liegt außerhalb des Möglichen.',
  CONSENT_REQUIRED: 'Bitte stimmen Sie zu, oder verlassen Sie das Formular.',
  UPLOAD_UNKNOWN: 'Diese Datei ist nicht mehr da. Bitte laden Sie sie noch einmal hoch.',
  UPLOAD_TOO_LARGE: 'Diese Datei ist zu groß.',
  UPLOAD_TYPE: 'Dateien dieser Art werden nicht angenommen.',
  SUBMIT: 'Absenden',
  SENDING: 'Wird gesendet …',
  CHOOSE: 'Bitte wählen',
  OPTIONAL: 'freiwillig',
  UPLOADING: 'Wird hochgeladen …',
  UPLOAD_EMPTY: 'Diese Datei ist leer.',
  SUCCESS: 'Vielen Dank. Ihre Nachricht ist bei uns angekommen.',
  INVALID: 'Bitte sehen Sie sich die markierten Felder an.',
  FAILED: 'Das Formular konnte nicht gesendet werden. Bitte versuchen Sie es noch einmal.',
  OFFLINE: 'Sie sind offline. Das Formular wird gesendet, sobald eine Verbindung besteht.',
  RATE: 'Das war sehr viel auf einmal. Bitte versuchen Sie es in ein paar Minuten noch einmal.',
};

const SPANISH: Texts = {
  REQUIRED: 'Rellene este campo.',
  EMAIL_INVALID: 'Introduzca una dirección de correo electrónico válida.',
  TOO_LONG: 'Use como máximo {max} caracteres.',
  TOO_SHORT: 'Use al menos {min} caracteres.',
  NOT_TEXT: 'Introduzca un texto.',
  NOT_A_CHOICE: 'Elija una de las opciones.',
  DATE_INVALID: 'Introduzca una fecha, por ejemplo 24/12/2026.',
  DATE_PAST: 'Elija una fecha que no haya pasado.',
  TIME_INVALID: 'Introduzca una hora, por ejemplo 14:30.',
  NUMBER_INVALID: 'Introduzca un número.',
  OUT_OF_RANGE: 'Este número está fuera de lo posible.',
  CONSENT_REQUIRED: 'Acepte esto o abandone el formulario.',
  UPLOAD_UNKNOWN: 'Este archivo ya no está disponible. Súbalo de nuevo.',
  UPLOAD_TOO_LARGE: 'Este archivo es demasiado grande.',
  UPLOAD_TYPE: 'No se admiten archivos de este tipo.',
  SUBMIT: 'Enviar',
  SENDING: 'Enviando …',
  CHOOSE: 'Elija una opción',
  OPTIONAL: 'opcional',
  UPLOADING: 'Subiendo …',
  UPLOAD_EMPTY: 'Este archivo está vacío.',
  SUCCESS: 'Gracias. Hemos recibido su mensaje.',
  INVALID: 'Revise los campos marcados.',
  FAILED: 'No se ha podido enviar. Inténtelo de nuevo.',
  OFFLINE: 'No tiene conexión. El formulario se enviará en cuanto la haya.',
  RATE: 'Han sido demasiados envíos seguidos. Inténtelo de nuevo en unos minutos.',
};

const TEXTS: FormTexts = { en: ENGLISH, de: GERMAN, es: SPANISH };

/** The language in which a form answers, of those that its title or the texts have: the wanted one, the same without its region, or English. */
export function formLanguage(
  wanted: string,
  { title }: Pick<FormDefinition, 'title'>,
  further: FormTexts = {},
): string {
  const [primary = ''] = wanted.toLowerCase().split('-');
  const known = [
    ...(typeof title === 'string' ? [] : Object.keys(title)),
    ...Object.keys(further),
    ...Object.keys(TEXTS),
  ];
  return (
    known.find((each) => each.toLowerCase() === wanted.toLowerCase()) ??
    known.find((each) => each === primary) ??
    'en'
  );
}

/** Everything that a form says in a language beside the texts of its config, by code, in English what is not there; `{max}` and the like stay. `further` are `website.messages`. */
export function formTexts(language: string, further: FormTexts = {}): Texts {
  const own = (texts: FormTexts) => (Object.hasOwn(texts, language) ? texts[language] : undefined);
  return { ...ENGLISH, ...own(TEXTS), ...own(further) };
}

/** A text with what the field says of itself in the place of `{max}` and the like. */
export function filledIn(text: string, facts: Readonly<Record<string, unknown>>): string {
  return text.replace(/\{(\w{1,20})\}/g, (_, name: string) =>
    Object.hasOwn(facts, name) ? String(facts[name] ?? '') : '',
  );
}
