/**
 * The one base class of every error Spoke raises. `code` is stable and documented in docs/reference/errors.md;
 * `message` is one sentence with the received value and what to do next, free of secrets and personal data.
 */
export class SpokeError extends Error {
  readonly code: ErrorCode;
  /** Facts for logs and programs: never secrets or personal data. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; facts?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SpokeError';
    this.code = code;
    this.facts = options.facts ?? {};
  }
}

/** Every code with what it means and what to do; the errors reference page is generated from this table. */
export const ERROR_CODES = {
  CONFIG_INVALID: {
    meaning: 'The environment or spoke.config.ts has one or more problems; all of them are listed.',
    remedy: 'Correct each line; the nearest valid name is suggested where a name is unknown.',
  },
  CONFIG_NOT_FOUND: {
    meaning: 'No spoke.config file was found.',
    remedy: 'Create spoke.config.ts, or name the file with --config or SPOKE_CONFIG.',
  },
  EVENT_TYPE_UNKNOWN: {
    meaning: 'The config defines no event of this type and no alias with this name.',
    remedy: 'Correct the name, or define the event (or an alias) in spoke.config.ts, then redrive.',
  },
  EVENT_PAYLOAD_INVALID: {
    meaning: 'The payload does not fit the schema of its event; the fields are named, their values are not.',
    remedy: 'Correct the producer, or widen the schema and redrive.',
  },
  EVENT_MAPPING_FAILED: {
    meaning: "The config's own function threw, or returned something that is no record or effect.",
    remedy: 'Correct the function in spoke.config.ts, then redrive.',
  },
  EVENT_RECORD_MISMATCH: {
    meaning: 'An effect is on another record than the event itself.',
    remedy: 'Use the record of the event for all its effects, or record a second event for the other record.',
  },
  EMAIL_UNUSABLE: {
    meaning: 'The e-mail address that should identify the contact is missing or not valid.',
    remedy: 'Correct the address at its source and record the event again.',
  },
  RECORD_ID_UNUSABLE: {
    meaning: 'The value that should identify the record is missing, too long or has control characters.',
    remedy: 'Give a stable, non-empty id of at most 255 characters.',
  },
  PROPERTY_VALUE_UNUSABLE: {
    meaning:
      'A property was given a value that has no form at HubSpot (NaN, an invalid date, an object, too long).',
    remedy: 'Convert the value in the effects function of the event, then redrive.',
  },
  NOTE_UNUSABLE: {
    meaning: 'A note is empty, too long as HTML, or has an invalid date.',
    remedy: 'Give text (which is shortened when too long) or shorter HTML, and a valid date.',
  },
} as const satisfies Record<string, { meaning: string; remedy: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;
