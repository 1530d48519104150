import { z } from 'zod';
import type { ContactField, FormConsent } from './form-answers.ts';
import type { SavedPart } from './saved-part.ts';

export const FORM_TYPES = ['hubspot', 'captured', 'flow', 'blog_comment'] as const;

const optionSchema = z.looseObject({ value: z.string(), label: z.string().optional() });

const fieldSchema = z.looseObject({
  objectTypeId: z.string().default('0-1'),
  name: z.string().min(1),
  label: z.string().default(''),
  required: z.boolean().default(false),
  hidden: z.boolean().default(false),
  fieldType: z.string().default('single_line_text'),
  options: z.array(optionSchema).optional(),
  validation: z
    .looseObject({
      blockedEmailDomains: z.array(z.string()).optional(),
      useDefaultBlockList: z.boolean().optional(),
      minAllowedDigits: z.number().optional(),
      maxAllowedDigits: z.number().optional(),
    })
    .optional(),
});

const configurationSchema = z.looseObject({
  language: z.string().default('en'),
  postSubmitAction: z
    .looseObject({ type: z.enum(['thank_you', 'redirect_url']), value: z.string() })
    .default({ type: 'thank_you', value: 'Thanks for submitting the form.' }),
  createNewContactForNewEmail: z.boolean().default(true),
  recaptchaEnabled: z.boolean().default(false),
  /** Given to contacts by a submission, as far as the stage moves forward. */
  lifecycleStages: z.array(z.looseObject({ objectTypeId: z.string(), value: z.string() })).default([]),
});

const legalSchema = z.looseObject({
  type: z.enum(['none', 'implicit_consent_to_process', 'explicit_consent_to_process', 'legitimate_interest']),
});

/** As the API takes a form; what is not named here is kept as it is. */
export const formSchema = z.looseObject({
  name: z.string().min(1),
  formType: z.enum(FORM_TYPES).default('hubspot'),
  fieldGroups: z.array(z.looseObject({ fields: z.array(fieldSchema).default([]) })).default([]),
  configuration: configurationSchema.prefault({}),
  displayOptions: z.looseObject({}).default({}),
  legalConsentOptions: legalSchema.default({ type: 'none' }),
});

const storedSchema = formSchema.extend({
  id: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  archived: z.boolean(),
  archivedAt: z.string().optional(),
});

export type FormOptions = z.input<typeof formSchema> & { id?: string };
export type FormField = z.output<typeof fieldSchema>;
export type FormDefinition = z.output<typeof storedSchema>;

/** One filled form. */
export interface FormSubmission {
  /** Order of arrival, from 1; the API shows no id. */
  readonly n: number;
  readonly formId: string;
  /** Ms since 1970, as the sender says or else of arrival. */
  readonly submittedAt: number;
  readonly fields: readonly ContactField[];
  readonly hutk?: string | undefined;
  readonly pageUrl?: string | undefined;
  readonly pageName?: string | undefined;
  readonly consent: readonly FormConsent[];
  /** When the contact is made, ms of the portal's clock. */
  readonly dueAt: number;
  /** Whether that has happened. */
  handled: boolean;
  /** The contact it went to; undefined before, and when it names no address. */
  contactId?: string | undefined;
}

const submissionSchema: z.ZodType<FormSubmission> = z.strictObject({
  n: z.number().int(),
  formId: z.string(),
  submittedAt: z.number(),
  fields: z.array(z.strictObject({ objectTypeId: z.string(), name: z.string(), value: z.string() })),
  hutk: z.string().optional(),
  pageUrl: z.string().optional(),
  pageName: z.string().optional(),
  consent: z.array(
    z.strictObject({
      subscriptionId: z.number(),
      legalBasis: z.enum(['CONSENT_WITH_NOTICE', 'LEGITIMATE_INTEREST_CLIENT', 'LEGITIMATE_INTEREST_PQL']),
      text: z.string(),
    }),
  ),
  dueAt: z.number(),
  handled: z.boolean(),
  contactId: z.string().optional(),
});

const savedSchema = z.union([
  z.tuple([z.literal('form'), storedSchema]),
  z.tuple([z.literal('submission'), submissionSchema]),
]);

/** Forms and what was filled into them. A form is live or archived; a submission waits for its contact or is handled. */
export class FormStore implements SavedPart {
  readonly #forms = new Map<string, FormDefinition>();
  #submissions: FormSubmission[] = [];

  /** Throws a ZodError when it is invalid. */
  add(options: FormOptions, nowIso: string): FormDefinition {
    const { id = guid(this.#forms.size + 1), ...given } = options;
    const form = { ...formSchema.parse(given), id, createdAt: nowIso, updatedAt: nowIso, archived: false };
    this.#forms.set(id, form);
    return form;
  }

  /** Puts another content in a form's place. */
  replace(form: FormDefinition, content: unknown, nowIso: string): FormDefinition {
    const { id, createdAt, archived, archivedAt } = form;
    const changed = { ...formSchema.parse(content), id, createdAt, updatedAt: nowIso, archived, archivedAt };
    this.#forms.set(id, changed);
    return changed;
  }

  archive(form: FormDefinition, nowIso: string): void {
    this.#forms.set(form.id, { ...form, archived: true, archivedAt: nowIso });
  }

  get(id: string): FormDefinition | undefined {
    return this.#forms.get(id);
  }

  list(): FormDefinition[] {
    return [...this.#forms.values()];
  }

  submit(submission: Omit<FormSubmission, 'n' | 'handled' | 'contactId'>): FormSubmission {
    const kept: FormSubmission = { ...submission, n: (this.#submissions.at(-1)?.n ?? 0) + 1, handled: false };
    this.#submissions.push(kept);
    return kept;
  }

  /** Newest first: by the time they bear, then by arrival. */
  submissionsOf(formId: string): FormSubmission[] {
    return this.#submissions
      .filter((submission) => submission.formId === formId)
      .sort((one, other) => other.submittedAt - one.submittedAt || other.n - one.n);
  }

  /** In order of arrival. */
  submissions(): readonly FormSubmission[] {
    return this.#submissions;
  }

  /** Forgets what contacts filled in that are gone for good. */
  forget(isGone: (contactId: string) => boolean): void {
    this.#submissions = this.#submissions.filter(
      ({ contactId }) => contactId === undefined || !isGone(contactId),
    );
  }

  clear(): void {
    this.#forms.clear();
    this.#submissions = [];
  }

  *dump(): Iterable<unknown> {
    for (const form of this.list()) yield ['form', form];
    for (const submission of this.#submissions) yield ['submission', submission];
  }

  restore(row: unknown): void {
    const [kind, value] = savedSchema.parse(row);
    if (kind === 'form') this.#forms.set(value.id, value);
    else this.#submissions.push(value);
  }
}

/** Counted up, so that a portal that is started again with the same options has the same forms. */
function guid(number: number): string {
  return `f0000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
