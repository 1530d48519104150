import { type ErrorCode, SpokeError } from '../errors.ts';

/** Codes with which an event is refused while it is mapped; each stands in the errors reference. */
export type MappingCode = Extract<
  ErrorCode,
  | 'DOMAIN_UNUSABLE'
  | 'EFFECT_UNUSABLE'
  | 'EMAIL_UNUSABLE'
  | 'RECORD_ID_UNUSABLE'
  | 'PROPERTY_VALUE_UNUSABLE'
  | 'NOTE_UNUSABLE'
  | 'EVENT_TYPE_UNKNOWN'
  | 'EVENT_PAYLOAD_INVALID'
  | 'EVENT_MAPPING_FAILED'
>;

/** Raised by the builders (`contactByEmail`, `upsertContact`, `note`); the event becomes a dead letter with this code and message. */
export class MappingError extends SpokeError {
  declare readonly code: MappingCode;

  constructor(
    code: MappingCode,
    message: string,
    options: { cause?: unknown; facts?: Record<string, unknown> } = {},
  ) {
    super(code, message, options);
    this.name = 'MappingError';
  }
}

/** By name, not by class: a config may have been loaded with another copy of this package. */
export function isMappingError(error: unknown): error is MappingError {
  return error instanceof Error && error.name === 'MappingError' && 'code' in error;
}
