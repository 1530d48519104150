import { type ApiError, badRequest, conflict, type ErrorDetail } from './api-error.ts';
import type { ObjectData, Portal } from './portal.ts';
import type { PropertyFault } from './validation.ts';
import type { WriteFailure } from './writes.ts';

/** One entry of `errors[]` in a 207. */
export interface BatchError {
  status: 'error';
  category: string;
  subCategory?: string;
  message: string;
  context: Record<string, string[]>;
}

interface Scene {
  portal: Portal;
  data: ObjectData;
}

/** The error that refuses a single write. */
export function toApiError(failure: WriteFailure, scene: Scene): ApiError {
  switch (failure.kind) {
    case 'validation':
      return validationError(failure.faults, scene.portal);
    case 'required':
      return badRequest(requiredMessage(scene.data), {
        context: { properties: failure.names },
        errors: failure.names.map((name) => ({
          message: `${name} is required`,
          code: 'REQUIRED_PROPERTY',
          context: { propertyName: [name] },
        })),
      });
    case 'conflict':
      return conflict(conflictMessage(scene.data, failure.existingId));
    case 'associations':
      return badRequest('one or more associations are not valid');
  }
}

/**
 * The error that refuses a whole batch: validation before conflict. The message repeats a fault for every input that
 * has it, `errors[]` lists it once, as observed.
 */
export function toWholeBatchError(failures: readonly WriteFailure[], scene: Scene): ApiError {
  const faults = failures.flatMap((failure) => (failure.kind === 'validation' ? failure.faults : []));
  if (faults.length > 0) return validationError(faults, scene.portal);
  const first = failures.find((failure) => failure.kind !== 'conflict') ?? failures[0];
  if (!first) throw new Error('a batch is refused only for a reason');
  if (first.kind !== 'conflict' || scene.portal.behaviour.batchConflictNamesId)
    return toApiError(first, scene);
  return conflict(conflictMessage(scene.data, ''));
}

/** The entry for one input in a 207. */
export function toBatchError(failure: WriteFailure, traceId: string, scene: Scene): BatchError {
  const context: Record<string, string[]> = { objectWriteTraceId: [traceId] };
  switch (failure.kind) {
    case 'validation':
      return {
        status: 'error',
        category: 'VALIDATION_ERROR',
        message: validationMessage(failure.faults, scene.portal),
        context,
      };
    case 'required':
      return {
        status: 'error',
        category: 'VALIDATION_ERROR',
        message: requiredMessage(scene.data),
        context: { ...context, properties: [...failure.names] },
      };
    case 'conflict':
      if (failure.existingId !== '') context.existingId = [failure.existingId];
      return {
        status: 'error',
        category: 'CONFLICT',
        message: conflictMessage(scene.data, failure.existingId),
        context,
      };
    case 'associations':
      return {
        status: 'error',
        category: 'VALIDATION_ERROR',
        message: 'one or more associations are not valid',
        context,
      };
  }
}

/** Joins errors that differ only in their trace id. */
export function groupErrors(errors: readonly BatchError[]): BatchError[] {
  const groups = new Map<string, BatchError>();
  for (const error of errors) {
    const key = `${error.category}\0${error.message}`;
    const group = groups.get(key);
    if (group)
      group.context.objectWriteTraceId = [
        ...(group.context.objectWriteTraceId ?? []),
        ...(error.context.objectWriteTraceId ?? []),
      ];
    else groups.set(key, { ...error, context: { ...error.context } });
  }
  return [...groups.values()];
}

/** Read, update and archive of ids that do not exist. */
export function notFoundError(data: ObjectData, ids: string[]): BatchError {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: `Could not get some ${data.type.upperName} objects, they may be deleted or not exist. Check that ids are valid.`,
    context: { ids },
  };
}

function validationError(faults: readonly PropertyFault[], portal: Portal): ApiError {
  const details = new Map<string, ErrorDetail>();
  for (const { name, code, message } of faults) {
    details.set(`${name}\0${message}`, { message, code, context: { propertyName: [name] } });
  }
  return badRequest(validationMessage(faults, portal), { errors: [...details.values()] });
}

function validationMessage(faults: readonly PropertyFault[], portal: Portal): string {
  // Missing values have a sentence of their own, without embedded JSON.
  if (faults.every((fault) => fault.code === 'MISSING_REQUIRED_PROPERTY'))
    return 'The property values provided are invalid';
  const embedded = faults.map(({ name, code, message }) => ({
    isValid: false,
    message,
    error: code,
    name,
    localizedErrorMessage: message,
    portalId: portal.account.portalId,
  }));
  return `Property values were not valid: ${JSON.stringify(embedded)}`;
}

function requiredMessage(data: ObjectData): string {
  return `Error creating ${data.type.upperName}. Some required properties were not set.`;
}

function conflictMessage(data: ObjectData, existingId: string): string {
  return `${data.type.displayName} already exists${existingId === '' ? '' : `. Existing ID: ${existingId}`}`;
}
