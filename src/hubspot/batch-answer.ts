import { isRecord, own, propertyValues, textList, textOf } from './json.ts';
import { type Problem, readProblem } from './problem.ts';

/** More than any batch call can return. */
const MAX_ENTRIES = 10_000;

/** What a batch call (200, 201 or 207) reports. Inputs named in neither list are unknown, never successes. */
export interface BatchAnswer {
  readonly results: readonly BatchResult[];
  readonly errors: readonly BatchError[];
}

export interface BatchResult {
  readonly id: string;
  readonly traceId?: string;
  /** Upsert only: whether the record was created. */
  readonly new?: boolean;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly archived: boolean;
}

export type BatchError = Omit<Problem, 'policyName' | 'scopes'>;

/** Reads the body of a batch reply; never throws, and leaves out what is not as it should be. */
export function parseBatchAnswer(body: unknown): BatchAnswer {
  const results: BatchResult[] = [];
  for (const entry of entries(own(body, 'results'))) {
    const result = readResult(entry);
    if (result) results.push(result);
  }
  return { results, errors: entries(own(body, 'errors')).map(readError) };
}

function readResult(value: unknown): BatchResult | undefined {
  const id = textOf(own(value, 'id'));
  if (id === undefined || id === '') return undefined;
  const trace = own(value, 'objectWriteTraceId');
  const traceId = typeof trace === 'string' ? trace : textList(trace)[0];
  const isNew = own(value, 'new');
  const result: { -readonly [K in keyof BatchResult]: BatchResult[K] } = {
    id,
    properties: propertyValues(own(value, 'properties')),
    archived: own(value, 'archived') === true,
  };
  if (traceId !== undefined) result.traceId = traceId;
  if (typeof isNew === 'boolean') result.new = isNew;
  return result;
}

function readError(value: unknown): BatchError {
  const { policyName: _policy, scopes: _scopes, ...error } = readProblem(value);
  return error;
}

function entries(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_ENTRIES).filter(isRecord) : [];
}
