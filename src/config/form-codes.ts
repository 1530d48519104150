/** Why a field was not accepted: what stands in `codes` of an answer, with the meaning that the reference shows. */
export const FIELD_CODES = {
  REQUIRED: 'It is empty and has to be filled in.',
  EMAIL_INVALID: 'It is no e-mail address.',
  TOO_LONG: 'It has more characters than `max`.',
  TOO_SHORT: 'It has fewer characters than `min`.',
  NOT_TEXT: 'It is something else than a text.',
  NOT_A_CHOICE: 'It is none of the options.',
  DATE_INVALID: 'It is no day, or one that can be read in two ways.',
  DATE_PAST: 'It is a day before today.',
  TIME_INVALID: 'It is no time of day.',
  NUMBER_INVALID: 'It is no number, or one that can be read in two ways.',
  OUT_OF_RANGE: 'It is smaller than `min` or larger than `max`.',
  CONSENT_REQUIRED: 'It has to be agreed to.',
  UPLOAD_UNKNOWN: 'It names no uploaded file.',
  UPLOAD_TOO_LARGE: 'The file is larger than `maxBytes`.',
  UPLOAD_TYPE: 'The file is none of `accept`.',
} as const;

export type FieldCode = keyof typeof FIELD_CODES;

/** Everything that a form says to a visitor beside the texts of its config: the codes above, and what is around the fields. */
export const FORM_TEXT_CODES = {
  ...FIELD_CODES,
  SUBMIT: 'On the button.',
  SENDING: 'While the form is under way.',
  CHOOSE: 'In a list where nothing is chosen yet.',
  OPTIONAL: 'Beside a field that may stay empty.',
  UPLOADING: 'While a file is under way.',
  UPLOAD_EMPTY: 'Where a file has no content.',
  SUCCESS: 'Once the form was received.',
  INVALID: 'Above a form of which something has to be corrected.',
  FAILED: 'Where the form could not be sent.',
  OFFLINE: 'While there is no network.',
  RATE: 'Where too many forms were sent.',
} as const;

export type FormTextCode = keyof typeof FORM_TEXT_CODES;
