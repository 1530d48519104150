/** What the intake needs of the forms of the config; `check` is pure. */
export interface FormsContract {
  /** Names of all fields, in their order. */
  fieldsOf(form: string): readonly string[];
  /** Name of the field whose value is the visitor's address. */
  emailFieldOf(form: string): string | undefined;
  /** The kind of e-mail at HubSpot that a consent field is for. */
  purposeOf(form: string, field: string): string | undefined;
  /** Name of the challenge of `website.challenges` that the form asks for. */
  challengeOf(form: string): string | undefined;
  /** Texts in the language, or the nearest that there is. */
  describe(form: string, language: string): FormDescription;
  check(form: string, body: Readonly<Record<string, unknown>>, context: CheckContext): SubmissionCheck;
}

export interface FormDescription {
  readonly form: string;
  readonly title: string;
  readonly language: string;
  readonly fields: readonly DescribedField[];
  readonly messages: Readonly<Record<string, string>>;
  readonly success: string;
}

export interface DescribedField {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly required: boolean;
  readonly max?: number | undefined;
  readonly options?: readonly { readonly value: string }[] | undefined;
}

export interface CheckContext {
  readonly language: string;
  readonly timeZone?: string | undefined;
  readonly defaultCountry?: string | undefined;
  readonly now: Date;
}

export type SubmissionCheck =
  | {
      readonly ok: true;
      readonly values: Readonly<Record<string, unknown>>;
      readonly changes: readonly object[];
      readonly flags: readonly object[];
      readonly consents: readonly CheckedConsent[];
    }
  | {
      readonly ok: false;
      readonly problems: readonly {
        readonly field: string;
        readonly code: string;
        readonly message: string;
      }[];
    };

export interface CheckedConsent {
  readonly field: string;
  readonly text: string;
  readonly version: string;
  readonly language: string;
  readonly given: boolean;
}
