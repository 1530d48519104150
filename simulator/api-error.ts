import { randomUUID } from 'node:crypto';

/** One entry of `errors[]` in an error body. */
export interface ErrorDetail {
  message: string;
  code?: string;
  context?: Record<string, unknown>;
}

export interface ErrorFields {
  category?: string;
  subCategory?: string;
  context?: Record<string, unknown>;
  errors?: readonly ErrorDetail[];
  links?: Record<string, string>;
  [field: string]: unknown;
}

/** Ends a request with an error body in HubSpot's shape. */
export class ApiError extends Error {
  readonly status: number;
  readonly fields: ErrorFields;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    fields: ErrorFields = {},
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.fields = fields;
    this.headers = headers;
  }

  toBody(correlationId: string = randomUUID()): Record<string, unknown> {
    return { status: 'error', message: this.message, correlationId, ...this.fields };
  }
}

export function badRequest(message: string, fields: ErrorFields = {}): ApiError {
  return new ApiError(400, message, { category: 'VALIDATION_ERROR', ...fields });
}

export function notFound(message = 'resource not found'): ApiError {
  return new ApiError(404, message, { category: 'OBJECT_NOT_FOUND' });
}

export function conflict(message: string, fields: ErrorFields = {}): ApiError {
  return new ApiError(409, message, { category: 'CONFLICT', ...fields });
}
