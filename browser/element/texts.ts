/** What the element says itself; labels and messages come with the form. */
export interface Texts {
  readonly send: string;
  readonly sending: string;
  readonly optional: string;
  readonly choose: string;
  readonly wrong: string;
  readonly offline: string;
  readonly retry: string;
  readonly failed: string;
  readonly uploading: string;
  readonly uploaded: string;
}

const en: Texts = {
  send: 'Send',
  sending: 'Sending …',
  optional: 'optional',
  choose: 'Please choose',
  wrong: 'Please correct the marked fields.',
  offline: 'You are offline. This will be sent when you are back online.',
  retry: 'No answer yet. Trying again …',
  failed: 'This could not be sent. Please try again later.',
  uploading: 'Uploading …',
  uploaded: 'Uploaded',
};

const de: Texts = {
  send: 'Senden',
  sending: 'Wird gesendet …',
  optional: 'optional',
  choose: 'Bitte wählen',
  wrong: 'Bitte korrigieren Sie die markierten Felder.',
  offline: 'Sie sind offline. Gesendet wird, sobald Sie wieder online sind.',
  retry: 'Noch keine Antwort. Neuer Versuch …',
  failed: 'Das konnte nicht gesendet werden. Bitte versuchen Sie es später.',
  uploading: 'Wird hochgeladen …',
  uploaded: 'Hochgeladen',
};

const es: Texts = {
  send: 'Enviar',
  sending: 'Enviando …',
  optional: 'opcional',
  choose: 'Elija una opción',
  wrong: 'Corrija los campos marcados.',
  offline: 'Está sin conexión. Se enviará cuando vuelva a tenerla.',
  retry: 'Aún sin respuesta. Nuevo intento …',
  failed: 'No se pudo enviar. Inténtelo más tarde.',
  uploading: 'Subiendo …',
  uploaded: 'Subido',
};

/** In the language of the form; English where there is no such. */
export function textsIn(language: string): Texts {
  return (
    new Map([
      ['de', de],
      ['es', es],
    ]).get(language.slice(0, 2)) ?? en
  );
}
