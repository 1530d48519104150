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
} as const satisfies Record<string, { meaning: string; remedy: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;
