/** What `GET /api/forms/{form}` answers: all that a page needs to show a form and to check it. */
export interface FormDescriptor {
  readonly form: string;
  readonly title: string;
  readonly language: string;
  /** Signed by the server: which form, and since when it is shown. */
  readonly token: string;
  readonly fields: readonly FormField[];
  /** Name of the field that people leave empty. */
  readonly honeypot: string;
  readonly challenge: FormChallenge | null;
  /** Texts by code, with `{placeholders}` for what the field says of itself. */
  readonly messages: Readonly<Record<string, string>>;
  /** What a visitor reads once the form has arrived. */
  readonly success: string;
  /** On the button; default: the message SUBMIT. */
  readonly submit?: string;
}

export interface FormField {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly required?: boolean;
  /** Characters of a text, value of a number. */
  readonly min?: number;
  readonly max?: number;
  /** False: days before today are refused. */
  readonly past?: boolean;
  readonly options?: readonly FormOption[];
  /** Endings of the files that an upload takes, in lower case. */
  readonly accept?: readonly string[];
  readonly maxBytes?: number;
  /** What a consent says. */
  readonly text?: string;
  readonly version?: string;
  readonly autocomplete?: string;
  readonly placeholder?: string;
  readonly help?: string;
}

export interface FormOption {
  readonly value: string;
  readonly label: string;
}

/** A question for bots, answered before the form is sent. */
export interface FormChallenge {
  readonly kind: string;
  readonly siteKey?: string;
  readonly url?: string;
}

/** A field as it was filled in. */
export type FormValue = string | number | boolean | readonly string[] | UploadReference | null | undefined;

/** The answers by the names of their fields. */
export type FormAnswers = Readonly<Record<string, FormValue>>;

/** A file that was uploaded, as the form names it. */
export interface UploadReference {
  readonly uploadId: string;
  readonly token: string;
}
